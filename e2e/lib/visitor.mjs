// SPDX-License-Identifier: MIT OR Apache-2.0
// Somebody who talks to the server's HTTP interface without a page: for what no page does, and to get to the point.

/** What the server answered. @typedef {{status: number, body: any, headers: Headers}} Answer */

export class Visitor {
  /** @param {string} origin */
  constructor(origin) {
    this.origin = origin;
    /** The session's cookie, as `name=value`. @type {string | undefined} */
    this.cookie = undefined;
  }

  /**
   * Asks as a page of the server would. `extra` are headers that it would not send.
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body]
   * @param {Record<string, string>} [extra]
   * @returns {Promise<Answer>}
   */
  async ask(method, path, body, extra = {}) {
    const headers = { ...(this.cookie === undefined ? {} : { cookie: this.cookie }), ...extra };
    if (method !== "GET") Object.assign(headers, { "content-type": "application/json", origin: this.origin });
    const response = await fetch(this.origin + path, {
      method,
      headers,
      redirect: "manual",
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const [cookie] = response.headers.getSetCookie();
    if (cookie !== undefined) this.cookie = cookie.split(";")[0];
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json") ?? false;
    return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers };
  }

  /** Asks, and fails unless the answer is a good one. @param {string} method @param {string} path @param {unknown} [body] */
  async get(method, path, body) {
    const answer = await this.ask(method, path, body);
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /**
   * Signs in with a code by e-mail, which makes the account if there is none.
   * @param {import("./mail.mjs").MailServer} mail
   * @param {string} email
   * @param {string} [name]
   */
  async signIn(mail, email, name) {
    const seen = mail.letters.filter(({ to }) => to.includes(email)).length;
    const { ceremony } = await this.get("POST", "/api/sign-in/email/begin", { email });
    const code = await mail.codeFor(email, seen);
    const session = await this.get("POST", "/api/sign-in/email/finish", { ceremony, code, name });
    return session.account;
  }

  /** A new account. @param {import("./story.mjs").Set} set @param {string} email @param {string} [name] */
  static async withAccount({ server, mail }, email, name) {
    const visitor = new Visitor(server.origin);
    visitor.account = await visitor.signIn(mail, email, name);
    return visitor;
  }

  /** The operator, by the link that the server's first start printed. @param {import("./server.mjs").Server} server */
  static async withOperatorLink(server) {
    const visitor = new Visitor(server.origin);
    const session = await visitor.get("POST", "/api/sign-in/operator", { token: server.operatorLink.split("#")[1] });
    visitor.account = session.account;
    return visitor;
  }

  /** Signs a page in as this visitor. @param {import("./person.mjs").Person} person */
  async lendTo(person) {
    const [name, value] = this.cookie.split("=");
    await person.page.browserContext().setCookie({ name, value, domain: "localhost", path: "/", httpOnly: true, sameSite: "Lax" });
  }
}
