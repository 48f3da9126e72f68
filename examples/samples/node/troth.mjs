// The HTTP API from Node, with nothing but what Node brings (20 or later).

import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";

/** Nobody answered. Whoever asked may not go on as if the answer had been yes. */
export class Away extends Error {}

/** The call could not be carried out: the status and sentence of a problem (RFC 9457). */
export class Problem extends Error {
  constructor(status, problem) {
    super(problem.detail ?? problem.title ?? `refused with status ${status}`);
    this.status = status;
  }
}

export class Troth {
  /** `keys` has url, organisation and key; `within` is how many milliseconds an answer may take. */
  constructor(keys, within = 5000) {
    this.base = `${keys.url}/api/v1/${encodeURIComponent(keys.organisation)}`;
    this.key = keys.key;
    this.within = within;
  }

  static async of(path) {
    return new Troth(JSON.parse(await readFile(path, "utf8")));
  }

  /** The subject with these identities, made if there is none. */
  async subject(identities) {
    const named = Object.entries(identities).map(([kind, value]) => ({ kind, value }));
    return (await this.tell("subjects", { identities: named })).subject;
  }

  async consent(subject, item, act, more = {}) {
    return (await this.tell("consents", { subject, item, act, ...more })).sequence;
  }

  /** Ask before collecting, using or storing. Anything but the word `permit` is a no. */
  async use(subject, question) {
    const answer = await this.post("use", { subject, ...question });
    return { ...answer, permitted: answer.outcome === "permit" };
  }

  /** What records something has its effect once under its key, so it may be sent again when nobody knows what became of it. */
  async tell(path, body, key = randomUUID()) {
    try {
      return await this.post(path, body, key);
    } catch (error) {
      if (!(error instanceof Away)) throw error;
      return await this.post(path, body, key);
    }
  }

  async post(path, body, key) {
    const headers = { Authorization: `Bearer ${this.key}`, "Content-Type": "application/json" };
    if (key) headers["Idempotency-Key"] = key;
    let status, plain;
    try {
      const answer = await fetch(`${this.base}/${path}`, {
        method: "POST", headers, body: JSON.stringify(body), signal: AbortSignal.timeout(this.within),
      });
      status = answer.status;
      plain = await answer.json();
    } catch (error) {
      throw new Away(`nobody answered (${error.name})`);
    }
    if (status >= 500) throw new Away(`nobody could answer (status ${status})`);
    if (status >= 400) throw new Problem(status, plain);
    return plain;
  }
}
