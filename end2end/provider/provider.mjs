// @ts-check
// A real OpenID provider for the server's tests: `oidc-provider` with its own pages for signing in, on a
// free port of this machine. Anyone may sign in under any name; names that begin with "it-" are in the group
// of that name. Usage: node provider.mjs REDIRECT-URI SIGNED-OUT-URI; it ends when its standard input
// closes.
import { createServer } from "node:http";
// @ts-expect-error It brings no types.
import { Provider } from "oidc-provider";

const [redirect = "", signedOut = ""] = process.argv.slice(2);

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const issuer = `http://127.0.0.1:${port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: "brisk",
        client_secret: "a secret that both know, which is long enough",
        redirect_uris: [redirect],
        post_logout_redirect_uris: [signedOut],
        grant_types: ["authorization_code"],
        response_types: ["code"],
      },
    ],
    claims: {
      openid: ["sub"],
      profile: ["name", "preferred_username"],
      groups: ["groups"],
    },
    scopes: ["openid", "profile", "groups"],
    cookies: { keys: ["only for tests"] },
    findAccount: (/** @type {unknown} */ _, /** @type {string} */ id) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        name: `Whoever is ${id}`,
        preferred_username: id,
        groups: id.startsWith("it-") ? ["it"] : ["others"],
      }),
    }),
  });
  server.on("request", provider.callback());
  console.log(`ready ${issuer}`);
});

process.stdin.on("end", () => process.exit(0));
process.stdin.resume();
