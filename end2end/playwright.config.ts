import { defineConfig } from "@playwright/test";

// The system's browser; nothing is downloaded.
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
  // No retries: a flaky test is a failing test.
  retries: 0,
  timeout: 60_000,
  // Longer than anything takes, even on a busy machine, and shorter than a test's own timeout, so
  // that a failure names what was expected.
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
    // The same journeys in each engine: `engines/journeys.spec.ts`.
    ...["chromium", "firefox", "webkit"].map((name) => ({ name: `engine-${name}`, testDir: "engines" })),
  ],
});
