// The comparison: entries that are chosen in the address as #entries=A,B (see plots.js), side by side.
// data/TRACK/compare.js lists entries; data/TRACK/entries/ENTRY.js is loaded for each that is chosen.
(() => {
  "use strict";
  const root = new URL("..", document.currentScript.src);
  const loaded = new Map(); // entry to the promise of its content
  const received = new Map();
  let track = null;

  window.nb301Compare = listed => {
    track = listed;
    document.getElementById("picker").replaceChildren(...picker());
  };
  window.nb301Entry = (entry, content) => received.set(entry, content);

  const load = entry => {
    if (!loaded.has(entry)) {
      loaded.set(entry, new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = new URL(`data/${track.slug}/entries/${entry}.js`, root);
        script.onload = () => resolve(received.get(entry));
        script.onerror = () => reject(new Error(`cannot load ${script.src}`));
        document.head.append(script);
      }));
    }
    return loaded.get(entry);
  };

  const element = (name, attributes = {}, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };

  const table = (caption, header, rows) => element("div", {class: "scrolls", tabindex: 0, role: "group", "aria-label": caption},
    element("table", {},
      element("caption", {}, caption),
      element("thead", {}, element("tr", {}, ...header.map((title, k) => element("th", {scope: "col", class: k ? "number" : ""}, title)))),
      element("tbody", {}, ...rows.map(row => element("tr", {}, ...row.map((cell, k) =>
        k ? element("td", {class: "number"}, cell) : element("th", {scope: "row"}, cell)))))));

  const lines = (first, ...rest) => {
    const cell = document.createDocumentFragment();
    cell.append(element("b", {}, first), ...rest.map(text => element("small", {}, text)));
    return cell;
  };

  const scoreTable = contents => table(
    `Score with 95 % interval, places, and final error; ${track.seeds} runs each (${track.truths.join("; ")})`,
    ["Releases", ...contents.map(content => content.name)],
    [["All", contents.map(content => content.all)], ...track.releases.map(name => [name, contents.map(content => content.releases[name])])]
      .map(([title, cells]) => [title, ...cells.map(cell =>
        cell ? lines(cell.score, `place ${cell.places}, error ${cell.error} %`) : "no runs")]));

  const words = {above: "▲ above", below: "▼ below", open: "= not told apart"};
  const pairTable = (contents, entries) => table(
    "Difference of scores, row minus column, with 95 % interval that holds for all pairs at once",
    ["Entry", ...contents.map(content => content.name)],
    contents.map(content => [content.name, ...entries.map(other => {
      if (contents[entries.indexOf(other)] === content) return "\u2013";
      const pair = content.pairs[other];
      if (!pair) return "not compared: not counted, or too far apart in the ranking";
      const [score, interval, error, p, verdict] = pair;
      return lines(score, interval, `${words[verdict]}, p ${p}`, `error ${error}`);
    })]));

  const swatch = classes => {
    const made = element("span", {class: `swatch ${classes}`});
    made.innerHTML = '<svg viewBox="0 0 24 10" aria-hidden="true"><path d="M1 5h22"/></svg>';
    return made;
  };

  // chips of all entries; with many of them a field to find one
  const picker = () => {
    const chips = track.entries.map(([entry, name, classes]) => {
      const chip = element("button", {type: "button", class: "chip", "data-choose": entry, "aria-pressed": "false"}, swatch(classes), name);
      chip.addEventListener("click", () => window.nb301Plots.toggle(entry));
      return chip;
    });
    const group = element("div", {class: "chips", role: "group", "aria-label": "Entries"}, ...chips);
    const clear = element("button", {type: "button", class: "chip clear"}, "Clear");
    clear.addEventListener("click", () => window.nb301Plots.choose([]));
    if (chips.length <= 40) return [group, clear];
    const field = element("input", {type: "search", "aria-label": "Find an entry", placeholder: "Find an entry"});
    const filter = () => chips.forEach((chip, k) => {
      const isFound = field.value ? chip.textContent.toLowerCase().includes(field.value.toLowerCase()) : k < 20;
      chip.hidden = !isFound && chip.getAttribute("aria-pressed") !== "true";
    });
    field.addEventListener("input", filter);
    filter();
    return [field, group, clear];
  };

  const svgPath = (classes, d, entry) => {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("class", classes);
    path.setAttribute("d", d);
    if (entry) path.dataset.entry = entry;
    return path;
  };

  // bands of those chosen, and lines of those that the page does not have
  const draw = (entry, content, classes) => {
    for (const [name, [d, band, end, right]] of Object.entries(content.plots)) {
      const area = document.querySelector(`#${CSS.escape(name)} .plot-area`);
      const svg = area.querySelector("svg");
      if (band) svg.querySelector(".plot-grid").after(svgPath(`band ${classes}`, band));
      if (area.querySelector(`path[data-entry="${CSS.escape(entry)}"]`)) continue;
      const path = svgPath(`entry ${classes}`, d, entry);
      const label = element("span", {class: `name ${classes}`, "data-entry": entry, "data-end": end, style: `top:${end}%`}, content.name);
      if (area.classList.contains("of-dots")) label.style.left = `${right}%`;
      svg.append(path);
      area.append(label);
    }
  };

  let turn = 0;
  const show = async () => {
    const mine = ++turn;
    const known = new Map(track.entries.map(([entry, , classes]) => [entry, classes]));
    const asked = window.nb301Plots.chosen();
    const entries = asked.filter(entry => known.has(entry));
    const unknown = asked.filter(entry => !known.has(entry));
    const contents = await Promise.all(entries.map(load));
    if (mine !== turn) return;
    document.querySelectorAll(".plot .band").forEach(band => band.remove());
    entries.forEach((entry, k) => draw(entry, contents[k], known.get(entry)));
    window.nb301Plots.light();
    const absent = document.getElementById("absent");
    absent.textContent = `Not on this track: ${unknown.join(", ")}.`;
    absent.hidden = !unknown.length;
    document.getElementById("compare").replaceChildren(
      ...(entries.length ? [element("h2", {}, "Scores"), scoreTable(contents)] : []),
      ...(entries.length > 1 ? [element("h2", {}, "Differences"), pairTable(contents, entries)] : []));
    // the choice stays when the track changes
    for (const link of document.querySelectorAll(".choices a")) link.hash = location.hash;
  };

  addEventListener("DOMContentLoaded", () => {
    if (!track) return;
    show();
    addEventListener("hashchange", show);
  });
})();
