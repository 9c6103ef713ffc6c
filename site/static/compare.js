// The comparison: two to six entries, chosen in the address as #track=SLUG&entries=A,B, side by side.
// data/compare.js lists tracks and entries; data/TRACK/entries/ENTRY.js is loaded for each that is chosen.
(() => {
  "use strict";
  const most = 6;
  const root = new URL("..", document.currentScript.src);
  const loaded = new Map(); // "track entry" to the promise of its content
  const received = new Map();
  let tracks = [];

  window.nb301Compare = listed => { tracks = listed; };
  window.nb301Entry = (track, entry, content) => received.set(`${track} ${entry}`, content);

  const load = (track, entry) => {
    const key = `${track} ${entry}`;
    if (!loaded.has(key)) {
      loaded.set(key, new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = new URL(`data/${track}/entries/${entry}.js`, root);
        script.onload = () => resolve(received.get(key));
        script.onerror = () => reject(new Error(`cannot load ${script.src}`));
        document.head.append(script);
      }));
    }
    return loaded.get(key);
  };

  const element = (name, attributes = {}, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
      else if (value === true) made.setAttribute(key, "");
      else if (value !== false) made.setAttribute(key, value);
    }
    made.append(...children);
    return made;
  };

  // what the address says, of what there is
  const state = () => {
    const asked = new URLSearchParams(location.hash.slice(1));
    const track = tracks.find(each => each.slug === asked.get("track")) ?? tracks[0];
    const known = new Set(track.entries.map(([slug]) => slug));
    const wanted = (asked.get("entries") ?? "").split(",").filter(slug => known.has(slug));
    const entries = wanted.length ? [...new Set(wanted)].slice(0, most) : track.entries.slice(0, 2).map(([slug]) => slug);
    return {track, entries};
  };

  const go = (track, entries) => { location.hash = `track=${track}&entries=${entries.join(",")}`; };

  const table = (caption, header, rows) => element("div", {class: "scrolls", tabindex: 0, role: "group", "aria-label": caption},
    element("table", {},
      element("caption", {}, caption),
      element("thead", {}, element("tr", {}, ...header.map((title, k) => element("th", {scope: "col", class: k ? "number" : ""}, title)))),
      element("tbody", {}, ...rows.map(row => element("tr", {}, ...row.map((cell, k) =>
        k ? element("td", {class: "number"}, cell) : element("th", {scope: "row"}, cell)))))));

  const picker = ({track, entries}) => {
    const select = element("select", {onchange: event => {
      const next = tracks.find(each => each.slug === event.target.value);
      const known = new Set(next.entries.map(([slug]) => slug));
      go(next.slug, entries.filter(slug => known.has(slug)));
    }}, ...tracks.map(each => element("option", {value: each.slug, selected: each === track}, each.title)));
    const boxes = track.entries.map(([slug, name]) => {
      const chosen = entries.includes(slug);
      const box = element("input", {
        type: "checkbox", value: slug, checked: chosen, id: `choose-${slug}`,
        disabled: chosen ? entries.length === 1 : entries.length === most,
        onchange: () => go(track.slug, chosen ? entries.filter(each => each !== slug) : [...entries, slug]),
      });
      return element("label", {}, box, ` ${name}`);
    });
    return element("form", {class: "filters"},
      element("label", {}, "Track ", select),
      element("fieldset", {}, element("legend", {}, `Entries, up to ${most}`), ...boxes));
  };

  const scores = (track, chosen) => [
    ["All releases", chosen.map(each => each.all)],
    ...track.releases.map(release => [release.name, chosen.map(each => each.releases[release.name])]),
  ];

  const scoreTable = (track, chosen) => table(
    `Anytime score with 95 % interval, places, and final error in %; ${track.seeds} runs each (${[...new Set(track.releases.map(each => each.truth))].join("; ")})`,
    ["Releases", ...chosen.map(each => each.name)],
    scores(track, chosen).map(([title, found]) => [title, ...found.map(each => {
      if (!each) return "no runs";
      const cell = document.createDocumentFragment();
      cell.append(element("b", {}, each.score), element("small", {}, `place ${each.places}, error ${each.error} %`));
      return cell;
    })]));

  const words = {above: "▲ above", below: "▼ below", open: "= not told apart"};

  const pairTable = (chosen, entries) => table(
    "Difference of scores, row minus column, with 95 % interval that holds for all pairs at once",
    ["Entry", ...chosen.map(each => each.name)],
    chosen.map(one => [one.name, ...entries.map((slug, k) => {
      const pair = one.pairs[slug];
      if (chosen[k] === one) return "\u2013";
      if (!pair) return "not compared: not counted, or too far apart in the ranking";
      const [score, interval, error, p, verdict] = pair;
      const cell = document.createDocumentFragment();
      cell.append(element("b", {}, score), element("small", {}, interval), element("small", {}, `${words[verdict]}, p ${p}`), element("small", {}, `error ${error}`));
      return cell;
    })]));

  const figure = (chart, release, measure, own, chosen) => {
    const rows = chosen.flatMap(each => (each.curves[chart] ?? []).map(([seconds, median, low, high]) => ({name: each.name, seconds, median, low, high})));
    const title = own ? `As ${release.name} itself sees it` : release.name;
    const made = element("figure", {class: "chart", "data-chart": chart},
      element("h3", {}, title),
      element("div", {class: "drawing", tabindex: 0, role: "group", "aria-label": title}, element("picture", {hidden: true})),
      element("figcaption", {}, `${own ? "Validation error of the incumbent" : measure} over simulated time: median and quartiles of ${chosen.map(each => each.name).join(", ")}; ${release.truth}.`));
    made.chosen = {rows, names: chosen.map(each => each.name)};
    return rows.length ? made : "";
  };

  let turn = 0;
  const show = async () => {
    const mine = ++turn;
    const place = document.getElementById("compare");
    const focused = document.activeElement?.id;
    const {track, entries} = state();
    const chosen = await Promise.all(entries.map(slug => load(track.slug, slug)));
    if (mine !== turn) return;
    const figures = track.releases.flatMap(release => release.charts.map((chart, k) => figure(chart, release, track.measure, k === 1, chosen)));
    place.replaceChildren(
      picker({track, entries}),
      element("h2", {}, "Scores"),
      scoreTable(track, chosen),
      ...(chosen.length > 1 ? [element("h2", {}, "Differences"), pairTable(chosen, entries)] : []),
      element("h2", {}, "Curves"),
      element("div", {class: "pair"}, ...figures));
    if (focused) document.getElementById(focused)?.focus();
    figures.filter(Boolean).forEach(each => window.nb301Watch?.(each));
  };

  addEventListener("hashchange", show);
  addEventListener("DOMContentLoaded", () => { if (tracks.length) show(); });
})();
