import { useQuery } from 'urql';
import { type SubjectInput, UserDocument } from '../gen/graphql';
import { personName } from '../shared/Person';
import { useCan } from '../shell/viewer';

/** The name of a subject that is a user; null for everybody else, and where it may not be seen. */
export function useSubjectName(subject: SubjectInput | null): string | null {
  const can = useCan();
  const isUser = subject?.type === 'user' && !subject.relation && subject.id !== '*';
  const [{ data }] = useQuery({
    query: UserDocument,
    variables: { id: subject?.id ?? '' },
    pause: !(isUser && can.usersView),
    requestPolicy: 'cache-first',
  });
  return isUser && data?.user ? personName(data.user) : null;
}
