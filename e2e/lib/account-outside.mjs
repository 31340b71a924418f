// SPDX-License-Identifier: MIT OR Apache-2.0
// The world outside that speaks for accounts, on loopback: an SMS gateway, a name server, a payment provider.

import { createHmac } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:http";
import { until } from "./wait.mjs";

/** An operator's gateway: takes text messages by HTTP, and sends none. */
export class SmsGateway {
  static async start() {
    const gateway = new SmsGateway();
    /** @type {Array<{to: string, text: string, authorization: string | undefined}>} */
    gateway.messages = [];
    gateway.http = createServer(async (request, response) => {
      let body = "";
      for await (const part of request) body += part;
      gateway.messages.push({ ...JSON.parse(body), authorization: request.headers.authorization });
      response.writeHead(202).end();
    });
    gateway.http.listen(0, "127.0.0.1");
    await once(gateway.http, "listening");
    return gateway;
  }

  /** What a server needs to be told to send through it. */
  get configuration() {
    return {
      INCAMERA__PHONE__URL: `http://127.0.0.1:${this.http.address().port}/messages`,
      INCAMERA__PHONE__BEARER: "of-the-stories",
      INCAMERA__PHONE__PREFIXES: '["+49"]',
    };
  }

  /** Waits for the newest code sent to `number`, after `seen` messages. @param {string} number @param {number} [seen] */
  async codeFor(number, seen = 0) {
    const message = await until(`a message for ${number}`, () => {
      const theirs = this.messages.filter(({ to }) => to === number);
      return theirs.length > seen ? theirs.at(-1) : undefined;
    });
    const code = /\b\d{6}\b/.exec(message.text)?.[0];
    if (code === undefined) throw new Error(`no code in the message: ${message.text}`);
    return code;
  }

  stop() {
    this.http.closeAllConnections();
    this.http.close();
  }
}

/** A name server with the TXT records that it is told. */
export class NameServer {
  static async start() {
    const server = new NameServer();
    /** Texts by name. @type {Map<string, string>} */
    server.records = new Map();
    server.socket = createSocket("udp4");
    server.socket.on("message", (query, { port, address }) => server.socket.send(server.#answer(query), port, address));
    server.socket.bind(0, "127.0.0.1");
    await once(server.socket, "listening");
    return server;
  }

  /** What a server needs to be told to ask it. */
  get configuration() {
    return { INCAMERA__ACCOUNTS__RESOLVER: `127.0.0.1:${this.socket.address().port}` };
  }

  stop() {
    this.socket.close();
  }

  /** RFC 1035, section 4: the question again, and one TXT record or none. @param {Buffer} query */
  #answer(query) {
    const labels = [];
    let at = 12;
    while (query[at] !== 0) {
      labels.push(query.toString("latin1", at + 1, at + 1 + query[at]));
      at += 1 + query[at];
    }
    const question = query.subarray(12, at + 5);
    const text = this.records.get(labels.join(".").toLowerCase());
    const head = Buffer.from([query[0], query[1], 0x81, 0x80, 0, 1, 0, text === undefined ? 0 : 1, 0, 0, 0, 0]);
    if (text === undefined) return Buffer.concat([head, question]);
    // The name again, TXT, IN, kept for no time.
    const record = Buffer.from([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 0, 0, text.length + 1, text.length]);
    return Buffer.concat([head, question, record, Buffer.from(text, "latin1")]);
  }
}

/** Reports payments as Stripe does: events under its signature, at the server's webhook. */
export class PaymentProvider {
  /** @param {string} secret */
  constructor(secret) {
    this.secret = secret;
    this.events = 0;
  }

  /** What a server needs to be told to believe it. */
  get configuration() {
    return {
      INCAMERA__PAYMENT__WEBHOOK_SECRET: this.secret,
      INCAMERA__PAYMENT__LINK: "https://pay.example/plan",
    };
  }

  /** Somebody paid for a subscription on the provider's page. @param {import("./server.mjs").Server} server @param {string} account */
  async subscribed(server, account) {
    const session = { object: "checkout.session", client_reference_id: account, customer: "cus_1", subscription: "sub_1", mode: "subscription", payment_status: "paid" };
    await this.#report(server, "checkout.session.completed", session);
    const subscription = { object: "subscription", id: "sub_1", customer: "cus_1", status: "active", current_period_end: seconds() + 30 * 24 * 3600 };
    await this.#report(server, "customer.subscription.created", subscription);
  }

  /** They cancelled it. @param {import("./server.mjs").Server} server */
  async cancelled(server) {
    await this.#report(server, "customer.subscription.deleted", { object: "subscription", id: "sub_1", customer: "cus_1", status: "canceled" });
  }

  async #report(server, type, object) {
    this.events += 1;
    const body = JSON.stringify({ id: `evt_${this.events}`, object: "event", type, created: seconds(), data: { object } });
    const at = seconds();
    const tag = createHmac("sha256", this.secret).update(`${at}.${body}`).digest("hex");
    const headers = { "content-type": "application/json", "stripe-signature": `t=${at},v1=${tag}` };
    const { status } = await fetch(`${server.origin}/api/webhooks/payment`, { method: "POST", headers, body });
    if (status !== 204) throw new Error(`${type}: ${status}`);
  }
}

function seconds() {
  return Math.floor(Date.now() / 1000);
}
