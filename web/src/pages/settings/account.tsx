/** Who looks, and what they may do where. */
import { useQuery } from "@tanstack/react-query";
import { ask } from "@/api/client";
import { me } from "@/api/queries";
import type { Role } from "@/api/settings";
import { visible } from "@/format/safety";
import { text } from "@/text/en";
import { placeText } from "@/text/en-places";
import { useAct } from "@/ui/act";
import { Button } from "@/ui/button";
import { Fact, Facts } from "@/ui/texts";

const words = placeText.settings.account;

export function Account() {
  const { data } = useQuery(me);
  const leave = useAct({
    act: () => ask("/auth/logout", { method: "POST" }),
    changes: [],
    after: () => location.assign("/"),
  });
  if (!data) {
    return null;
  }
  const isMulti = data.mode === "multi";
  return (
    <div className="flex max-w-2xl flex-col gap-4 p-4">
      <Facts>
        {isMulti && (
          <Fact name={words.user}>
            <span className="font-medium">{visible(data.user)}</span>
          </Fact>
        )}
        <Fact name={words.mode}>{isMulti ? words.multi : words.single}</Fact>
        {isMulti && <Fact name={words.admin}>{data.admin ? text.yes : text.no}</Fact>}
        {isMulti && (
          <Fact name={words.namespaces}>
            {data.namespaces.length === 0 ? (
              words.noNamespaces
            ) : (
              <ul>
                {data.namespaces.map(({ name, role }) => (
                  <li key={name}>
                    {visible(name)}{" "}
                    <span className="text-muted">{words.roles[role as Role] ?? role}</span>
                  </li>
                ))}
              </ul>
            )}
          </Fact>
        )}
        <Fact name={words.version}>{visible(data.version)}</Fact>
      </Facts>
      {isMulti ? (
        <div>
          <Button disabled={leave.isPending} onClick={() => leave.mutate()}>
            {words.signOut}
          </Button>
        </div>
      ) : (
        <p className="text-muted">{words.singleHint}</p>
      )}
    </div>
  );
}
