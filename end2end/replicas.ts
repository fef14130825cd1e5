// Servers of a spec's own: replicas over one PostgreSQL database, with accounts, a source and a webhook.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHmac, randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, expect } from "@playwright/test";

export const PASSWORD = "seven quiet lighthouses";

const DASHBOARD = `title = "Orders"
source = "shop"
range = "last 7 days"
warm = "0 6 * * 1-5"
[[panel]]
id = "total"
title = "Total"
kind = "stat"
sql = "select sum(amount) as total from orders"
cache = { ttl = "1h" }
`;

/** How people sign in at the provider. */
const signingIn = (issuer: string) => `[auth.oidc]
issuer = "${issuer}"
client_id = "brisk"
client_secret = "a secret that both know, which is long enough"
name = "Example"
`;

const CONFIGURATION = `[source.shop]
url_env = "SHOP_URL"
allow_superuser = true # The database is a test's own.
[webhook.etl]
secret_env = "ETL_SECRET"
`;

export class Replicas {
  /** Where they are. */
  readonly urls: string[] = [];
  /** The secret of the webhook `etl`, which the configuration declares. */
  readonly secret = `whsec_${randomBytes(32).toString("base64")}`;
  readonly #folder = mkdtempSync(join(tmpdir(), "brisk-"));
  readonly #processes: ChildProcess[] = [];
  readonly #names = ["store", "shop"].map((name) => `${name}_${randomBytes(6).toString("hex")}`);
  readonly #environment: NodeJS.ProcessEnv;

  private constructor() {
    const [store, shop] = this.#names.map((name) => process.env.BRISK_HELD_URL!.replace(/\/[^/?]*(\?|$)/, `/${name}$1`));
    const secrets = { BRISK_SECRET_KEY: randomBytes(32).toString("base64"), ETL_SECRET: this.secret };
    this.#environment = { ...process.env, ...secrets, BRISK_DATABASE_URL: store, SHOP_URL: shop };
    mkdirSync(join(this.#folder, "dashboards"));
    writeFileSync(join(this.#folder, "dashboards/orders.toml"), DASHBOARD);
    writeFileSync(join(this.#folder, "brisk.toml"), CONFIGURATION);
    for (const name of this.#names) psql(process.env.BRISK_HELD_URL!, `create database ${name}`);
    this.change("create table orders (amount integer not null); insert into orders values (42)");
  }

  /** Starts `count` of them, with an admin, `root`. */
  static async start(count: number): Promise<Replicas> {
    const replicas = new Replicas();
    for (let at = 0; at < count; at++) await replicas.#serve(at, await freePort());
    replicas.person("root", "admin");
    return replicas;
  }

  /** One whose people also sign in at `provider/provider.mjs`. */
  static async startWithProvider(): Promise<Replicas> {
    const replicas = new Replicas();
    const port = await freePort();
    const words = ["/sign-in/openid/callback", "/sign-in"].map((path) => `http://127.0.0.1:${port}${path}`);
    const provider = spawn("node", ["provider/provider.mjs", ...words], { stdio: ["pipe", "pipe", "ignore"] });
    replicas.#processes.push(provider);
    // Read to its end: a process that prints into a closed pipe dies.
    const issuer = await new Promise<string>((resolve) =>
      provider.stdout.on("data", (text) => {
        const ready = /ready (\S+)/.exec(String(text));
        if (ready) resolve(ready[1]);
      }),
    );
    writeFileSync(join(replicas.#folder, "brisk.toml"), CONFIGURATION + signingIn(issuer));
    await replicas.#serve(0, port);
    replicas.person("root", "admin");
    return replicas;
  }

  /** Runs statements in the source. */
  change(sql: string) {
    psql(this.#environment.SHOP_URL!, sql);
  }

  /** A URL of the source with a role that only reads, as an admin adds it in the app. */
  reader(): string {
    const role = `reader_${randomBytes(6).toString("hex")}`;
    this.change(`create role ${role} login password 'x'; grant select on all tables in schema public to ${role}`);
    const url = new URL(this.#environment.SHOP_URL!);
    Object.assign(url, { username: role, password: "x" });
    return url.href;
  }

  /** Adds an account with the password of all. */
  person(name: string, role: "viewer" | "editor" | "admin") {
    const words = ["user", "add", name, "--role", role, "--full-name", `Name of ${name}`, "--password-stdin"];
    const added = spawnSync(process.env.BRISK_PROGRAM!, [...words, ...this.#shared(0)], {
      env: this.#environment,
      input: PASSWORD,
    });
    expect(added.status, String(added.stderr)).toBe(0);
  }

  /** Signs `name` in, on the replica `at`. All replicas are one host to a browser. */
  async signIn(context: BrowserContext, name: string, at = 0) {
    const form = { name, password: PASSWORD };
    // Rights take effect within a second.
    await expect(async () => {
      const answer = await context.request.post(`${this.urls[at]}/sign-in`, { form, maxRedirects: 0 });
      expect(answer.status()).toBe(303);
    }).toPass();
  }

  /** Sends a signed delivery to a webhook of the replica `at`; the answer is its status. */
  async deliver(hook: string, secret: string, at = 0): Promise<number> {
    const body = JSON.stringify({ type: "orders.loaded", data: { source: "shop", tables: ["public.orders"] } });
    const [id, time] = [`msg_${randomBytes(16).toString("hex")}`, String(Math.floor(Date.now() / 1_000))];
    const key = Buffer.from(secret.replace("whsec_", ""), "base64");
    const made = createHmac("sha256", key).update(`${id}.${time}.${body}`).digest("base64");
    const headers = { "webhook-id": id, "webhook-timestamp": time, "webhook-signature": `v1,${made}` };
    const answer = await fetch(`${this.urls[at]}/hooks/${hook}`, {
      method: "POST",
      body,
      headers: { ...headers, "content-type": "application/json" },
    });
    return answer.status;
  }

  async stop() {
    const ended = this.#processes.map((process) => new Promise((resolve) => process.once("exit", resolve)));
    for (const process of this.#processes) process.kill("SIGTERM");
    await Promise.all(ended);
    for (const name of this.#names) psql(process.env.BRISK_HELD_URL!, `drop database ${name} with (force)`);
    rmSync(this.#folder, { recursive: true });
  }

  async #serve(at: number, port: number) {
    const own = ["serve", "--listen", `127.0.0.1:${port}`, "--assets", process.env.BRISK_ASSETS!];
    const server = spawn(process.env.BRISK_PROGRAM!, [...own, ...this.#shared(at)], {
      env: this.#environment,
      stdio: "ignore",
    });
    this.#processes.push(server);
    const url = `http://127.0.0.1:${port}`;
    await expect(async () => expect((await fetch(`${url}/readyz`)).status).toBe(200)).toPass({ timeout: 50_000 });
    this.urls.push(url);
  }

  #shared(at: number): string[] {
    const [data, dashboards] = [join(this.#folder, `data-${at}`), join(this.#folder, "dashboards")];
    return ["--data-dir", data, "--dashboards", dashboards, "--config", join(this.#folder, "brisk.toml")];
  }
}

const psql = (url: string, sql: string) => {
  const ran = spawnSync(process.env.BRISK_PSQL!, [url, "-q", "-v", "ON_ERROR_STOP=1", "-c", sql]);
  expect(ran.status, String(ran.stderr)).toBe(0);
};

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
