import { type Caller, caller, spent, useCell } from './caller';

/** What a person must know before they run something: that it is real, as whom they act, what it cost. */
export function Banner() {
  const chosen = useCell(caller);
  return (
    <header className="banner">
      <strong>This is real data: mutations change it.</strong>
      <label>
        Act as
        <select
          value={chosen.kind}
          onChange={(event) => caller.set({ ...chosen, kind: event.currentTarget.value as Caller['kind'] })}
        >
          <option value="session">myself, signed in here</option>
          <option value="token">a key or access token</option>
        </select>
      </label>
      {chosen.kind === 'token' && (
        <input
          type="password"
          autoComplete="off"
          spellCheck={false}
          aria-label="Key or access token"
          placeholder="ak_… or an access token"
          value={chosen.secret}
          onChange={(event) => caller.set({ ...chosen, secret: event.currentTarget.value })}
        />
      )}
      <LastCost />
      <a href="/admin/">Back to the console</a>
    </header>
  );
}

function LastCost() {
  const last = useCell(spent);
  return (
    <output className="cost" aria-label="Cost of the last answer">
      {last && (
        <>
          cost {last.cost.toLocaleString()} · {last.milliseconds.toLocaleString()} ms
          {last.remaining !== null && ` · ${last.remaining.toLocaleString()} left this minute`}
        </>
      )}
    </output>
  );
}
