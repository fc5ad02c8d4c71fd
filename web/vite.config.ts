import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { budget } from "./budget.ts";
import { licences } from "./licences.ts";
import { mock } from "./mock/plugin.ts";

const source = fileURLToPath(new URL("./src", import.meta.url));
const server = process.env.HEADRACE_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [
    react(),
    tailwindcss(),
    licences(),
    budget({ entry: "src/main.tsx", limit: 350_000 }),
    ...(process.env.MOCK ? [mock()] : []),
  ],
  resolve: { alias: { "@": source } },
  server: { port: 5173, proxy: process.env.MOCK ? {} : { "/api": server, "/apis": server } },
  build: {
    outDir: "../src/headrace/server/page",
    emptyOutDir: true,
    assetsInlineLimit: 0, // the Content-Security-Policy allows no data: addresses
    modulePreload: { polyfill: false },
    target: "es2022",
    chunkSizeWarningLimit: 1700,
    manifest: true,
  },
  test: { include: ["tests/**/*.test.ts"], environment: "node" },
});
