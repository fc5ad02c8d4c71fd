// An OpenID provider for tests: every account name is let in by its own development login, and
// access tokens for the API are JWTs. Prints its port.
import { createServer } from "node:http";
import { createRequire } from "node:module";

const require = createRequire(process.env.OIDC_MODULES + "/");
const { Provider } = await import(require.resolve("oidc-provider"));

const api = process.env.OIDC_AUDIENCE;
const server = createServer();
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const { port } = server.address();
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: "headrace",
      client_secret: "client-secret",
      redirect_uris: [process.env.OIDC_REDIRECT],
      grant_types: ["authorization_code"],
      response_types: ["code"],
    },
    {
      client_id: "robot",
      client_secret: "robot-secret",
      redirect_uris: [],
      grant_types: ["client_credentials"],
      response_types: [],
    },
  ],
  pkce: { required: () => true },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  features: {
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => undefined,
      useGrantedResource: () => true,
      getResourceServerInfo: (_, resource) => ({
        scope: "api",
        audience: resource,
        accessTokenTTL: 60,
        accessTokenFormat: "jwt",
      }),
    },
  },
  ttl: { ClientCredentials: 60 },
});
server.on("request", provider.callback());
console.log(JSON.stringify({ port, api }));
process.stdin.on("end", () => process.exit(0)).resume();
