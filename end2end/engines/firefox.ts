// Firefox over WebDriver BiDi, which it supports natively: https://www.w3.org/TR/webdriver-bidi/
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { WebSocket } from "ws";
import { expression, parsed, type Action, type Driver } from "./driver";

const PREFERENCES = {
  "datareporting.policy.dataSubmissionEnabled": false,
  "ui.prefersReducedMotion": 0,
  // Scroll bars that take up space, as on most desktops.
  "widget.gtk.overlay-scrollbars.enabled": false,
};

export async function launch(): Promise<Driver> {
  const profile = mkdtempSync(join(tmpdir(), "brisk-firefox-"));
  const lines = Object.entries(PREFERENCES).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${value});`);
  writeFileSync(join(profile, "user.js"), lines.join("\n"));
  const program = process.env.BRISK_FIREFOX ?? "firefox-esr";
  const firefox = spawn(program, ["--headless", "--no-remote", "--remote-debugging-port", "0", "--profile", profile, "about:blank"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = new Promise((resolve) => firefox.once("exit", resolve));
  let address = "";
  for await (const line of createInterface(firefox.stderr)) {
    address = /ws:\/\/\S+/.exec(line)?.[0] ?? "";
    if (address) break;
  }
  firefox.stderr.resume();
  const send = await connect(`${address}/session`);
  await send("session.new", { capabilities: {} });
  const { contexts } = await send<{ contexts: { context: string }[] }>("browsingContext.getTree", {});
  const [{ context }] = contexts;
  return {
    async goto(url) {
      await send("browsingContext.navigate", { context, url, wait: "complete" });
    },
    async evaluate(run, ...values) {
      const answer = await send<{ result?: { value: string }; exceptionDetails?: { text: string } }>("script.evaluate", {
        expression: expression(run as never, values),
        target: { context },
        awaitPromise: true,
      });
      if (!answer.result) throw new Error(answer.exceptionDetails?.text);
      return parsed(answer.result.value);
    },
    async perform(actions: Action[]) {
      await send("input.performActions", { context, actions });
    },
    async resize(width, height) {
      await send("browsingContext.setViewport", { context, viewport: { width, height } });
    },
    async screenshot() {
      const { data } = await send<{ data: string }>("browsingContext.captureScreenshot", { context });
      return Buffer.from(data, "base64");
    },
    async pdf() {
      const page = { width: 21, height: 29.7 };
      const { data } = await send<{ data: string }>("browsingContext.print", { context, page });
      return Buffer.from(data, "base64");
    },
    async close() {
      firefox.kill();
      await ended;
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

type Send = <Result = unknown>(method: string, params: object) => Promise<Result>;

async function connect(address: string): Promise<Send> {
  const socket = new WebSocket(address);
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  const waiting = new Map<number, (answer: { type: string; result: unknown; message?: string }) => void>();
  socket.on("message", (text) => {
    const answer = JSON.parse(String(text));
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  let last = 0;
  return (method, params) =>
    new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, ({ type, result, message }) =>
        type === "success" ? resolve(result as never) : reject(new Error(`${method}: ${message}`)),
      );
      socket.send(JSON.stringify({ id, method, params }));
    });
}
