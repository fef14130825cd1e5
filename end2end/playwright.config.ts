import { defineConfig } from "@playwright/test";

// The browser is the system's; nothing is downloaded.
const launchOptions = {
  executablePath: process.env.BRISK_CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
};

const use = (width: number, height: number) => ({ launchOptions, viewport: { width, height } });

export default defineConfig({
  testDir: "specs",
  outputDir: "test-results",
  workers: 2,
  forbidOnly: true,
  // No second tries: a test that passes sometimes is a test that fails.
  retries: 0,
  timeout: 60_000,
  // Nothing takes so long, also on a busy machine; what never comes fails with what it was.
  expect: { timeout: 20_000 },
  reporter: [["list"], ["json"]],
  use: { baseURL: process.env.BRISK_URL, trace: "off" },
  projects: [
    { name: "desktop", use: use(1440, 900), grepInvert: /@no-script/ },
    { name: "tablet", use: use(820, 1180), grep: /@sizes/ },
    { name: "phone", use: use(390, 844), grep: /@sizes/ },
    {
      name: "no-script",
      use: { ...use(1440, 900), javaScriptEnabled: false },
      grep: /@no-script/,
    },
  ],
});
