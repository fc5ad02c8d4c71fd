/** What whoever looks may do, so that the page offers nothing that the server would refuse. */
import { useQuery } from "@tanstack/react-query";
import { me } from "@/api/queries";
import type { Me } from "@/api/types";
import { useNamespace } from "./namespace";

export interface Rights {
  /** The whole installation. */
  administer: boolean;
  /** Members, webhooks and the log of the namespace. */
  manage: boolean;
  /** Start, change and delete runs and what makes them. */
  write: boolean;
}

const NOTHING: Rights = { administer: false, manage: false, write: false };

/** Return what somebody may do in a namespace. */
export function rightsOf(who: Me | undefined, namespace: string | undefined): Rights {
  if (!who) {
    return NOTHING;
  }
  if (who.admin || who.mode === "single") {
    return { administer: who.admin, manage: true, write: true };
  }
  const role = who.namespaces.find((one) => one.name === namespace)?.role;
  return {
    administer: false,
    manage: role === "admin",
    write: role === "admin" || role === "editor",
  };
}

/** What may be done in a namespace; in the one that the page is about unless said otherwise. */
export function useRights(namespace?: string): Rights {
  const { data } = useQuery(me);
  const current = useNamespace();
  return rightsOf(data, namespace ?? current);
}
