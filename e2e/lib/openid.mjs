// SPDX-License-Identifier: MIT OR Apache-2.0
// A real OpenID provider (oidc-provider) on loopback, which can be told to hand out ID tokens that nobody may accept.

import { createPrivateKey, createSign, generateKeyPairSync, randomUUID } from "node:crypto";
import Provider from "oidc-provider";
import { freePort } from "./process.mjs";

const CLIENT = { id: "incamera", secret: "a secret of the stories only, 32+ bytes" };

export class OpenIdProvider {
  /**
   * Starts it for a server that can be reached at `origin`, where it is configured as `id`.
   * @param {string} origin
   * @param {string} id
   */
  static async start(origin, id) {
    const openid = new OpenIdProvider();
    openid.port = await freePort();
    openid.key = jwk();
    /** What every account says of itself besides its name. */
    openid.claims = {};
    /** @type {keyof typeof TAMPERINGS | undefined} */
    openid.tampering = undefined;
    openid.tokens = 0;
    const provider = new Provider(openid.issuer, {
      clients: [
        {
          client_id: CLIENT.id,
          client_secret: CLIENT.secret,
          redirect_uris: [`${origin}/api/sign-in/oidc/${id}/callback`],
          grant_types: ["authorization_code"],
          response_types: ["code"],
        },
      ],
      jwks: { keys: [openid.key] },
      cookies: { keys: [randomUUID()] },
      claims: { openid: ["sub", "verified_claims"], email: ["email", "email_verified"], profile: ["name"] },
      conformIdTokenClaims: false,
      findAccount: (_context, login) => ({
        accountId: login,
        claims: () => ({
          sub: login,
          name: login,
          email: `${login}@provider.example`,
          email_verified: true,
          ...openid.claims,
        }),
      }),
    });
    provider.use(async (context, next) => {
      await next();
      if (context.oidc?.route !== "token" || !context.body?.id_token) return;
      openid.tokens += 1;
      if (openid.tampering) context.body.id_token = TAMPERINGS[openid.tampering](context.body.id_token, openid.key);
    });
    await new Promise((resolve, reject) => {
      openid.listener = provider.listen(openid.port, "127.0.0.1", () => resolve(undefined));
      openid.listener.once("error", reject);
    });
    return openid;
  }

  get issuer() {
    return `http://localhost:${this.port}`;
  }

  /** What a server needs to be told to offer it. @param {{id: string, name: string}} named */
  configuration({ id, name }) {
    return { INCAMERA__OIDC: `[{id="${id}", name="${name}", issuer="${this.issuer}", client_id="${CLIENT.id}", client_secret="${CLIENT.secret}"}]` };
  }

  async stop() {
    this.listener.closeAllConnections();
    await new Promise((resolve) => this.listener.close(resolve));
  }
}

/** Ways to make an ID token unacceptable. All but the last two are rightly signed. */
export const TAMPERINGS = {
  wrongNonce: (token, key) => changed(token, key, (claims) => ({ ...claims, nonce: "another" })),
  wrongAudience: (token, key) => changed(token, key, (claims) => ({ ...claims, aud: "another-client" })),
  wrongIssuer: (token, key) => changed(token, key, (claims) => ({ ...claims, iss: "http://localhost:1" })),
  expired: (token, key) => changed(token, key, (claims) => ({ ...claims, iat: claims.iat - 7200, exp: claims.iat - 3600 })),
  unsigned: (token) => `${part({ alg: "none" })}.${token.split(".")[1]}.`,
  foreignKey: (token) => changed(token, { ...jwk(), kid: JSON.parse(text(token.split(".")[0])).kid }, (claims) => claims),
};

function changed(token, key, change) {
  const claims = change(JSON.parse(text(token.split(".")[1])));
  const signed = `${part({ alg: "RS256", kid: key.kid, typ: "JWT" })}.${part(claims)}`;
  const signature = createSign("RSA-SHA256").update(signed).sign(createPrivateKey({ key, format: "jwk" }), "base64url");
  return `${signed}.${signature}`;
}

function jwk() {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { ...privateKey.export({ format: "jwk" }), use: "sig", alg: "RS256", kid: randomUUID() };
}

function part(value) {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function text(encoded) {
  return Buffer.from(encoded, "base64url").toString();
}
