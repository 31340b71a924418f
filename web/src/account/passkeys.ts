// SPDX-License-Identifier: MIT OR Apache-2.0
// Passkeys between the server's JSON (WebAuthn level 3, section 5.1.8) and the browser. Browsers that cannot translate
// by themselves are helped.

/** What the server sends to make or to use a passkey: the `publicKey` member alone or within an object. */
export type OptionsJson = Record<string, unknown>;

/** Why no passkey came of it. */
export type PasskeyFailure =
  /** The person or the browser ended it, or nothing fitting was there: browsers do not tell which. */
  | "cancelled"
  /** This authenticator holds one for the account already. */
  | "already_there"
  /** The page's address cannot have passkeys: no domain name, no https. */
  | "wrong_address"
  | "unsupported"
  | "failed";

export class PasskeyError extends Error {
  constructor(readonly code: PasskeyFailure) {
    super(code);
    this.name = "PasskeyError";
  }
}

/** Returns whether this browser has passkeys at all. */
export function hasPasskeys(): boolean {
  return typeof PublicKeyCredential === "function" && isSecureContext;
}

/** Returns whether the browser can offer passkeys in a field's suggestions. */
export async function canSuggestPasskeys(): Promise<boolean> {
  if (!hasPasskeys()) return false;
  return (await PublicKeyCredential.isConditionalMediationAvailable?.().catch(() => false)) ?? false;
}

/** Makes a passkey. Resolves to the JSON for the server; rejects with a {@link PasskeyError}. */
export async function createPasskey(options: OptionsJson): Promise<unknown> {
  return answer(() => navigator.credentials.create({ publicKey: creationOptions(options) }));
}

/**
 * Uses a passkey. With `isSuggestion` it waits until one is chosen from a field's suggestions; `signal` ends that.
 * Resolves to the JSON for the server; rejects with a {@link PasskeyError}.
 */
export async function usePasskey(options: OptionsJson, how: { isSuggestion?: boolean; signal?: AbortSignal } = {}): Promise<unknown> {
  return answer(() =>
    navigator.credentials.get({
      publicKey: requestOptions(options),
      ...(how.isSuggestion === true ? { mediation: "conditional" } : {}),
      ...(how.signal === undefined ? {} : { signal: how.signal }),
    }),
  );
}

async function answer(ask: () => Promise<Credential | null>): Promise<unknown> {
  if (!hasPasskeys()) throw new PasskeyError("unsupported");
  let credential: Credential | null;
  try {
    credential = await ask();
  } catch (error) {
    throw new PasskeyError(failureOf(error));
  }
  if (!(credential instanceof PublicKeyCredential)) throw new PasskeyError("failed");
  return credentialJson(credential);
}

function failureOf(error: unknown): PasskeyFailure {
  switch (error instanceof Error ? error.name : "") {
    case "NotAllowedError":
    case "AbortError":
      return "cancelled";
    case "InvalidStateError":
      return "already_there";
    case "SecurityError":
      return "wrong_address";
    case "NotSupportedError":
      return "unsupported";
    default:
      return "failed";
  }
}

/** Reads the options for making a passkey. */
export function creationOptions(json: OptionsJson): PublicKeyCredentialCreationOptions {
  const inner = publicKeyOf(json);
  const own = typeof PublicKeyCredential === "function" ? PublicKeyCredential.parseCreationOptionsFromJSON : undefined;
  if (own !== undefined) return own.call(PublicKeyCredential, inner as unknown as PublicKeyCredentialCreationOptionsJSON);
  const user = inner["user"] as Record<string, unknown>;
  return {
    ...inner,
    challenge: bytes(inner["challenge"]),
    user: { ...user, id: bytes(user["id"]) },
    excludeCredentials: descriptors(inner["excludeCredentials"]),
  } as unknown as PublicKeyCredentialCreationOptions;
}

/** Reads the options for using a passkey. */
export function requestOptions(json: OptionsJson): PublicKeyCredentialRequestOptions {
  const inner = publicKeyOf(json);
  const own = typeof PublicKeyCredential === "function" ? PublicKeyCredential.parseRequestOptionsFromJSON : undefined;
  if (own !== undefined) return own.call(PublicKeyCredential, inner as unknown as PublicKeyCredentialRequestOptionsJSON);
  return {
    ...inner,
    challenge: bytes(inner["challenge"]),
    allowCredentials: descriptors(inner["allowCredentials"]),
  } as unknown as PublicKeyCredentialRequestOptions;
}

/** Writes a credential for the server. */
export function credentialJson(credential: PublicKeyCredential): unknown {
  if (typeof credential.toJSON === "function") return credential.toJSON();
  const { response } = credential;
  const common = {
    id: credential.id,
    rawId: base64url(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
  if ("attestationObject" in response) {
    const made = response as AuthenticatorAttestationResponse;
    return {
      ...common,
      response: {
        clientDataJSON: base64url(made.clientDataJSON),
        attestationObject: base64url(made.attestationObject),
        transports: made.getTransports?.() ?? [],
      },
    };
  }
  const used = response as AuthenticatorAssertionResponse;
  return {
    ...common,
    response: {
      clientDataJSON: base64url(used.clientDataJSON),
      authenticatorData: base64url(used.authenticatorData),
      signature: base64url(used.signature),
      userHandle: used.userHandle === null ? undefined : base64url(used.userHandle),
    },
  };
}

function publicKeyOf(json: OptionsJson): Record<string, unknown> {
  const inner = json["publicKey"];
  return typeof inner === "object" && inner !== null ? (inner as Record<string, unknown>) : json;
}

function descriptors(list: unknown): PublicKeyCredentialDescriptor[] {
  if (!Array.isArray(list)) return [];
  return list.map((entry: Record<string, unknown>) => ({ ...entry, id: bytes(entry["id"]) }) as unknown as PublicKeyCredentialDescriptor);
}

function bytes(text: unknown): Uint8Array<ArrayBuffer> {
  const plain = String(text).replaceAll("-", "+").replaceAll("_", "/").replace(/=+$/, "");
  return Uint8Array.from(atob(plain), (character) => character.charCodeAt(0));
}

function base64url(buffer: ArrayBuffer): string {
  const text = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
