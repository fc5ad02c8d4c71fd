/** The settings: only those parts that whoever looks has something to do with. */
import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { me } from "@/api/queries";
import type { Me } from "@/api/types";
import { useTitle } from "@/shell/title";
import { placeText } from "@/text/en-places";
import { ViewLinks } from "@/ui/page";
import { Heading } from "@/ui/page-parts";
import { Failed, Guard, Loading } from "@/ui/states";
import { type View, viewsFor } from "./views";

const words = placeText.settings;

const parts: Record<View, ReturnType<typeof lazy>> = {
  account: lazy(() => import("./account").then((module) => ({ default: module.Account }))),
  namespaces: lazy(() => import("./namespaces").then((module) => ({ default: module.Namespaces }))),
  tokens: lazy(() => import("./tokens").then((module) => ({ default: module.Tokens }))),
  webhooks: lazy(() => import("./webhooks").then((module) => ({ default: module.Webhooks }))),
  audit: lazy(() => import("./audit").then((module) => ({ default: module.Audit }))),
  configuration: lazy(() =>
    import("./configuration").then((module) => ({ default: module.Configuration })),
  ),
};

export function SettingsPage() {
  useTitle(words.title);
  const query = useQuery(me);
  if (query.isPending) {
    return <Loading />;
  }
  if (query.isError) {
    return <Failed error={query.error} again={() => void query.refetch()} />;
  }
  return <Shown who={query.data} />;
}

function Shown({ who }: { who: Me }) {
  const search = useSearch({ from: "/settings" });
  const known = viewsFor(who);
  const view = known.find((one) => one === search.view) ?? "account";
  const Part = parts[view];
  const titles = Object.fromEntries(known.map((one) => [one, words.views[one]])) as Record<
    View,
    string
  >;
  return (
    <div className="flex h-full flex-col">
      <Heading title={words.title} />
      <ViewLinks label={words.viewsLabel} views={titles} current={view} />
      <div className="min-h-0 grow overflow-auto bg-panel">
        <Guard key={view}>
          <Suspense fallback={<Loading />}>
            <Part />
          </Suspense>
        </Guard>
      </div>
    </div>
  );
}
