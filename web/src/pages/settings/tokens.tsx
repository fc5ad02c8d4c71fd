/** Tokens of oneself, and of the services of the namespaces that one manages. */
import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { remove } from "@/api/client";
import { type Scope, type Token, tokens } from "@/api/settings";
import { visible } from "@/format/safety";
import { text } from "@/text/en";
import { placeText } from "@/text/en-places";
import { useAct } from "@/ui/act";
import { Button } from "@/ui/button";
import { Ago, useNow } from "@/ui/clock";
import { Confirm } from "@/ui/dialog";
import { Cell, Grid } from "@/ui/page";
import { Badge, type BadgeTone } from "@/ui/page-parts";
import { Empty, Failed, Loading } from "@/ui/states";
import { NewToken } from "./new-token";
import { ShownOnce } from "./secret";
import { highestScope, type TokenState, tokenState } from "./token-state";

const words = placeText.settings.tokens;
const tones: Record<TokenState, BadgeTone> = { good: "ok", expired: "stop", revoked: "stop" };

export function Tokens() {
  const query = useQuery(tokens);
  const [creating, setCreating] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const [leaving, setLeaving] = useState<Token | null>(null);
  const revoke = useAct({
    act: (id: string) => remove(`/tokens/${encodeURIComponent(id)}`),
    changes: ["tokens"],
    done: words.states.revoked,
  });
  if (query.isPending) {
    return <Loading />;
  }
  if (query.isError) {
    return <Failed error={query.error} again={() => void query.refetch()} />;
  }
  const { items } = query.data;
  const create = (
    <Button tone="primary" onClick={() => setCreating(true)}>
      <Plus aria-hidden size={14} />
      {words.create}
    </Button>
  );
  return (
    <>
      {items.length === 0 ? (
        <Empty title={words.empty} hint={words.emptyHint} action={create} />
      ) : (
        <>
          <div className="p-4">{create}</div>
          <TokenTable items={items} onRevoke={setLeaving} />
        </>
      )}
      {creating && (
        <NewToken
          onClose={() => setCreating(false)}
          onMade={(made) => {
            setCreating(false);
            setSecret(made);
          }}
        />
      )}
      {secret !== null && (
        <ShownOnce
          title={words.madeTitle}
          hint={words.madeHint}
          label={words.secret}
          secret={secret}
          onClose={() => setSecret(null)}
        />
      )}
      {leaving && (
        <Confirm
          title={words.confirmRevoke(visible(leaving.name))}
          hint={words.confirmRevokeHint}
          action={words.revoke}
          onConfirm={() => revoke.mutate(leaving.id)}
          onClose={() => setLeaving(null)}
        />
      )}
    </>
  );
}

interface TableProps {
  items: readonly Token[];
  onRevoke: (token: Token) => void;
}

function TokenTable({ items, onRevoke }: TableProps) {
  const now = useNow();
  const heads = [
    placeText.name,
    words.stateLabel,
    words.kind,
    words.scope,
    words.namespace,
    words.expires,
    words.lastUsed,
    placeText.actions,
  ];
  return (
    <Grid label={placeText.settings.views.tokens} heads={heads}>
      {items.map((token) => {
        const state = tokenState(token, now);
        return (
          <tr key={token.id}>
            <Cell className="align-middle! max-w-48 truncate font-medium">
              {visible(token.name)}
            </Cell>
            <Cell className="align-middle!">
              <Badge tone={tones[state]}>{words.states[state]}</Badge>
            </Cell>
            <Cell className="align-middle! max-w-48 truncate text-muted">
              {visible(token.user)}
            </Cell>
            <Cell className="align-middle!">{scopeWords(token)}</Cell>
            <Cell className="align-middle!">
              {token.namespace ? visible(token.namespace) : words.everyNamespace}
            </Cell>
            <Cell className="align-middle!">
              <Ago at={token.expires_at} />
            </Cell>
            <Cell className="align-middle!">
              {token.last_used_at ? <Ago at={token.last_used_at} /> : words.never}
            </Cell>
            <Cell className="align-middle! text-right">
              {state === "good" && (
                <Button
                  tone="danger"
                  aria-label={words.revokeNamed(visible(token.name))}
                  onClick={() => onRevoke(token)}
                >
                  {words.revoke}
                </Button>
              )}
            </Cell>
          </tr>
        );
      })}
    </Grid>
  );
}

function scopeWords(token: Token): string {
  const scope: Scope | undefined = highestScope(token.scopes);
  const role = token.role ? `, ${placeText.settings.roles[token.role]}` : "";
  return scope ? `${words.scopes[scope]}${role}` : text.none;
}
