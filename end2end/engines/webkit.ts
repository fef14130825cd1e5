// WebKitGTK, which has Safari's engine, over WebDriver: https://www.w3.org/TR/webdriver2/
import { spawn, type ChildProcess } from "node:child_process";
import { readdirSync } from "node:fs";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { expression, parsed, type Action, type Driver } from "./driver";

export async function launch(): Promise<Driver> {
  const screen = spawn("Xvfb", ["-displayfd", "1", "-screen", "0", "1600x1200x24", "-nolisten", "tcp"], { stdio: ["ignore", "pipe", "ignore"] });
  let display = "";
  for await (const line of createInterface(screen.stdout)) {
    display = line;
    break;
  }
  const port = await freePort();
  // Scroll bars that take up space, as on most desktops.
  const env = { ...process.env, DISPLAY: `:${display}`, GTK_OVERLAY_SCROLLING: "0", NO_AT_BRIDGE: "1" };
  const driver = spawn("WebKitWebDriver", [`--port=${port}`], { env, stdio: "ignore" });
  const call = async <Result>(method: string, path: string, body: object = {}): Promise<Result> => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, method === "POST" ? { method, body: JSON.stringify(body) } : { method });
    const { value } = (await answer.json()) as { value: Result & { message?: string } };
    if (!answer.ok) throw new Error(`${path}: ${value.message}`);
    return value;
  };
  await ready(driver, () => call("GET", "/status"));
  const options = { binary: miniBrowser(), args: ["--automation"] };
  const capabilities = { alwaysMatch: { "webkitgtk:browserOptions": options } };
  const { sessionId } = await call<{ sessionId: string }>("POST", "/session", { capabilities });
  const session = `/session/${sessionId}`;
  const evaluate: Driver["evaluate"] = async (run, ...values) => {
    const script = `const done = arguments[0]; ${expression(run as never, values)}.then(done, (error) => done(JSON.stringify({ error: String(error) })))`;
    const json = await call<string>("POST", `${session}/execute/async`, { script, args: [] });
    const { error } = JSON.parse(json) as { error?: string };
    if (error) throw new Error(error);
    return parsed(json);
  };
  return {
    evaluate,
    async goto(url) {
      await call("POST", `${session}/url`, { url });
    },
    async perform(actions: Action[]) {
      await call("POST", `${session}/actions`, { actions });
    },
    async resize(width, height) {
      const bars = await evaluate(() => [outerWidth - innerWidth, outerHeight - innerHeight]);
      await call("POST", `${session}/window/rect`, { width: width + bars[0], height: height + bars[1] });
    },
    async screenshot() {
      return Buffer.from(await call<string>("GET", `${session}/screenshot`), "base64");
    },
    async close() {
      await call("DELETE", session).catch(() => undefined);
      driver.kill();
      screen.kill();
    },
  };
}

/** Debian installs it outside of the PATH. */
function miniBrowser() {
  const libraries = `/usr/lib/${{ x64: "x86_64", arm64: "aarch64" }[process.arch as string]}-linux-gnu`;
  const folder = readdirSync(libraries).findLast((name) => name.startsWith("webkit2gtk-4"));
  return process.env.BRISK_MINIBROWSER ?? `${libraries}/${folder}/MiniBrowser`;
}

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

/** It prints nothing when it listens, so this polls. */
async function ready(driver: ChildProcess, ask: () => Promise<unknown>) {
  while (driver.exitCode === null) {
    try {
      await ask();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error("WebKitWebDriver did not start");
}
