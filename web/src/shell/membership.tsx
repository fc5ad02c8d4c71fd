/** Tells who belongs to no namespace what to do, in place of pages that would all refuse them. */
import { useQuery } from "@tanstack/react-query";
import { useMatches } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { me } from "@/api/queries";
import { text } from "@/text/en";
import { ButtonLink } from "@/ui/button";
import { Empty } from "@/ui/states";

const words = text.namespace;

export function Membership({ children }: { children: ReactNode }) {
  const { data } = useQuery(me);
  // Of the page that is shown, not of the one that is still being loaded.
  const shown = useMatches({ select: (matches) => matches.at(-1)?.pathname });
  if (data?.mode !== "multi" || data.namespaces.length > 0 || shown === "/settings") {
    return children;
  }
  return (
    <>
      <h1 className="sr-only">{words.noneTitle}</h1>
      <Empty
        title={words.noneTitle}
        hint={data.admin ? words.noneForAdmin : words.noneHint}
        action={
          <ButtonLink to="/settings" search={{ view: "namespaces" }} tone="primary">
            {text.nav.settings}
          </ButtonLink>
        }
      />
    </>
  );
}
