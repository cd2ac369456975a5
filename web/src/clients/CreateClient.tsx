import { Modal } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { ClientCreateMutation, ClientKind } from '../gen/graphql';
import { ClientCreated } from './ClientCreated';
import { CreateClientForm } from './CreateClientForm';
import { KindChoice } from './KindChoice';
import { KIND_FACTS } from './kinds';

interface CreateClientProps {
  kind: ClientKind | undefined;
  onKind: (kind: ClientKind | undefined) => void;
  onClose: () => void;
}

type Created = ClientCreateMutation['clientCreate'];

/** Three steps: what kind of app, its settings, what to copy into it. */
export function CreateClient({ kind, onKind, onClose }: CreateClientProps) {
  const navigate = useNavigate();
  const [created, setCreated] = useState<Created | null>(null);
  const client = created?.client;
  function finish() {
    setCreated(null);
    if (client) navigate({ to: '/clients/$clientId', params: { clientId: client.id } });
    else onClose();
  }
  const title = client
    ? `${client.name} is connected`
    : kind
      ? `New ${KIND_FACTS[kind].label.toLowerCase()}`
      : 'Connect an app';
  return (
    <Modal
      opened
      onClose={finish}
      title={title}
      size="lg"
      closeOnClickOutside={!client}
      closeOnEscape={!created?.clientSecret}
      withCloseButton={!created?.clientSecret}
    >
      {client ? (
        <ClientCreated client={client} secret={created.clientSecret} onDone={finish} />
      ) : kind ? (
        <CreateClientForm key={kind} kind={kind} onBack={() => onKind(undefined)} onCreated={setCreated} />
      ) : (
        <KindChoice onChoose={onKind} />
      )}
    </Modal>
  );
}
