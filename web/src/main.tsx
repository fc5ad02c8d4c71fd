/** Begins the page. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiError } from "./api/client";
import { Feed } from "./api/feed";
import { makeRouter } from "./router";
import { placeOfKfpLink } from "./shell/kfp-links";
import { FeedContext } from "./shell/live";
import "./styles.css";

const cache = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      refetchOnWindowFocus: false,
      retry: (count, error) =>
        count < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
    },
  },
});
const place = placeOfKfpLink(window.location.hash);
if (place) window.history.replaceState(null, "", place);

const feed = new Feed(cache);
const router = makeRouter(cache);
feed.start();

// A server that was updated has other files: a part that is not there any more means that the whole
// page is old. It is loaded anew, but not again and again.
const BETWEEN_RELOADS_MS = 10_000;
const loadedAt = performance.timeOrigin;
window.addEventListener("vite:preloadError", (event) => {
  if (Date.now() - loadedAt > BETWEEN_RELOADS_MS) {
    event.preventDefault();
    location.reload();
  }
});

const root = document.getElementById("page");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={cache}>
        <FeedContext.Provider value={feed}>
          <RouterProvider router={router} />
        </FeedContext.Provider>
      </QueryClientProvider>
    </StrictMode>,
  );
}
