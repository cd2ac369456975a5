// Lets passkeys fill in the forms that hold a `data-passkey`. Without this script those parts stay hidden.
(() => {
  "use strict";

  const parts = [...document.querySelectorAll("[data-passkey]")];
  if (!window.PublicKeyCredential || !navigator.credentials) {
    for (const each of document.querySelectorAll("[data-unsupported]")) each.hidden = false;
    return;
  }

  const toBytes = (text) => {
    const binary = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(binary, (character) => character.charCodeAt(0));
  };
  const toText = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const named = (list) => (list ?? []).map((each) => ({ ...each, id: toBytes(each.id) }));

  const readOptions = (part) => {
    const options = JSON.parse(part.dataset.options);
    options.challenge = toBytes(options.challenge);
    if (options.user) options.user.id = toBytes(options.user.id);
    if (options.excludeCredentials) options.excludeCredentials = named(options.excludeCredentials);
    if (options.allowCredentials) options.allowCredentials = named(options.allowCredentials);
    return options;
  };

  const write = (credential) => {
    const { response } = credential;
    const parts = { clientDataJSON: toText(response.clientDataJSON) };
    for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (response[name]) parts[name] = toText(response[name]);
    }
    if (response.getTransports) parts.transports = response.getTransports();
    return JSON.stringify({
      id: credential.id,
      rawId: toText(credential.rawId),
      type: credential.type,
      authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
      response: parts,
    });
  };

  let waiting = null;

  const send = (part, credential) => {
    part.querySelector("input").value = write(credential);
    // A button called "submit" hides the method of that name.
    HTMLFormElement.prototype.submit.call(part.closest("form"));
  };

  // What the browser answers, null when it or the person refuses.
  const call = (verb, options) => navigator.credentials[verb](options).catch(() => null);

  const ask = async (part) => {
    const verb = part.dataset.passkey;
    if (verb === "create" && !part.closest("form").reportValidity()) return;
    waiting?.abort();
    const problem = part.querySelector("[role=alert]");
    problem.hidden = true;
    const credential = await call(verb, { publicKey: readOptions(part) });
    if (credential) return send(part, credential);
    problem.hidden = false;
    offer(part);
  };

  // Passkeys among the suggestions of the name's field, until somebody presses a button.
  const offer = async (part) => {
    if (!("autofill" in part.dataset) || !(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
    waiting = new AbortController();
    const options = { publicKey: readOptions(part), mediation: "conditional", signal: waiting.signal };
    const credential = await call("get", options);
    if (credential) send(part, credential);
  };

  for (const each of document.querySelectorAll("[data-with-passkey]")) each.hidden = false;
  for (const part of parts) {
    part.hidden = false;
    part.querySelector("button").addEventListener("click", () => ask(part));
    if (part.dataset.passkey === "create") {
      part.closest("form").addEventListener("submit", (event) => {
        event.preventDefault();
        ask(part);
      });
    }
    offer(part);
  }

  PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable?.().then((can) => {
    for (const input of document.querySelectorAll("input[name=passkeys]")) input.value = can ? "1" : "";
  });
})();
