/** The feed of events, for whoever wants to know whether it stands or what it should be about. */
import { createContext, useContext, useEffect, useSyncExternalStore } from "react";
import type { Feed, FeedState } from "@/api/feed";

export const FeedContext = createContext<Feed | null>(null);

function useFeed(): Feed {
  const feed = useContext(FeedContext);
  if (!feed) {
    throw new Error("no feed is given here");
  }
  return feed;
}

export function useFeedState(): FeedState {
  const feed = useFeed();
  return useSyncExternalStore(feed.subscribe, feed.current);
}

/** Follow one run while this is shown, from an entry of the history on. */
export function useFollowedRun(runId: string, after: number | undefined): void {
  const feed = useFeed();
  useEffect(() => {
    if (after !== undefined) {
      feed.about(runId, after);
    }
  }, [feed, runId, after]);
  useEffect(() => () => feed.about(null), [feed]);
}
