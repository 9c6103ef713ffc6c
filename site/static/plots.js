// Lets readers choose entries: in all plots and tables of a page at once, and in the address as #entries=A,B.
// Without this script plots show some entries in colour, and the others grey.
//
// <span data-choose="SLUG">         Becomes a button that chooses the entry, or no longer, if the page draws it.
// <figure class="plot" data-axes>   [[title, low, high, isLog, isFalling], ...] of the x and the y axis.
//   [data-entry="SLUG"]             Has the class "lit" while its entry is chosen; the page's own choice is written.
//   .name[data-end]                 The name at the end of a line, percent of the height from the top.
(() => {
  "use strict";
  const most = 6, pitch = 6.5;
  const figures = () => [...document.querySelectorAll("figure.plot")];

  const state = () => new URLSearchParams(location.hash.includes("=") ? location.hash.slice(1) : "");
  const chosen = () => (state().get("entries") ?? "").split(",").filter(Boolean).slice(0, most);

  const choose = entries => {
    const parameters = state();
    if (entries.length) parameters.set("entries", entries.join(","));
    else parameters.delete("entries");
    const text = parameters.toString().replaceAll("%2C", ",");
    history.pushState(null, "", `${location.href.split("#")[0]}${text ? `#${text}` : ""}`);
    dispatchEvent(new HashChangeEvent("hashchange"));
  };

  const toggle = entry => {
    const now = chosen();
    choose(now.includes(entry) ? now.filter(other => other !== entry) : [...now, entry].slice(-most));
  };

  // places moved as little as need be until no two names lie on each other
  const spread = names => {
    const sorted = [...names].sort((a, b) => a.dataset.end - b.dataset.end);
    const step = Math.min(pitch, 100 / Math.max(1, sorted.length - 1));
    const places = [];
    for (const name of sorted) places.push(places.length ? Math.max(Number(name.dataset.end), places.at(-1) + step) : Number(name.dataset.end));
    let limit = 100;
    for (let k = places.length - 1; k >= 0; k--) {
      places[k] = Math.min(places[k], limit);
      limit = places[k] - step;
    }
    sorted.forEach((name, k) => { name.style.top = `${places[k]}%`; });
  };

  const light = () => {
    const entries = chosen();
    for (const part of document.querySelectorAll("[data-entry]")) {
      part.dataset.first ??= String(part.classList.contains("lit"));
      const isLit = entries.length ? entries.includes(part.dataset.entry) : part.dataset.first === "true";
      if (part.classList.contains("lit") !== isLit) part.classList.toggle("lit", isLit);
      // what is lit lies above the others
      if (isLit && part.tagName === "path" && part.nextElementSibling) part.parentNode.append(part);
    }
    for (const figure of figures()) {
      // dots have their names beside them
      spread(figure.querySelectorAll(".name.lit"));
    }
    for (const button of document.querySelectorAll("button[data-choose]")) {
      button.setAttribute("aria-pressed", String(entries.includes(button.dataset.choose)));
    }
  };

  const addButtons = () => {
    for (const swatch of document.querySelectorAll("span[data-choose]")) {
      if (!document.querySelector(`[data-entry="${CSS.escape(swatch.dataset.choose)}"]`)) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.className = swatch.className;
      button.dataset.choose = swatch.dataset.choose;
      const row = swatch.closest("tr");
      const name = swatch.dataset.name ?? row?.querySelector("th a")?.textContent ?? swatch.dataset.choose;
      button.setAttribute("aria-label", `Choose ${name} in plots`);
      button.title = `Choose ${name} in plots`;
      button.setAttribute("aria-pressed", "false");
      button.append(...swatch.childNodes);
      button.addEventListener("click", () => toggle(button.dataset.choose));
      swatch.replaceWith(button);
    }
  };

  // values at a place on the x axis, of all that is lit
  const scaled = ([, low, high, isLog, isFalling], share) => {
    const at = isFalling ? 1 - share : share;
    return isLog ? low * (high / low) ** at : low + (high - low) * at;
  };
  const written = value => Math.abs(value) >= 1e4 ? value.toExponential(1) : Number(value.toPrecision(3)).toString();

  const points = path => {
    const list = [];
    let x = 0, y = 0;
    for (const [, command, first, second] of path.getAttribute("d").matchAll(/([MHV])(\d+)(?: (\d+))?/g)) {
      if (command === "M") [x, y] = [Number(first), Number(second)];
      else if (command === "H") x = Number(first);
      else y = Number(first);
      list.push([x, y]);
    }
    return list;
  };

  const tooltip = document.createElement("div");
  tooltip.className = "chart-tooltip";
  tooltip.setAttribute("role", "tooltip");
  tooltip.hidden = true;

  const tell = (figure, area, event) => {
    const box = area.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    const [x, y] = JSON.parse(figure.dataset.axes);
    const rows = [], reach = 1000 * (share + 1 / box.width); // to the pixel under the pointer, the last one, too
    for (const path of figure.querySelectorAll("path.entry.lit")) {
      const before = points(path).filter(([at]) => at <= reach);
      const name = figure.querySelector(`.name[data-entry="${path.dataset.entry}"]`);
      if (before.length && name) rows.push([scaled(y, 1 - before.at(-1)[1] / 1000), name.textContent]);
    }
    tooltip.hidden = !rows.length;
    if (tooltip.hidden) return;
    rows.sort((a, b) => y[4] ? a[0] - b[0] : b[0] - a[0]);
    tooltip.replaceChildren(...[`${written(scaled(x, share))}: ${x[0]}`, ...rows.map(([value, name]) => `${written(value)}  ${name}`)].map(text => {
      const line = document.createElement("div");
      line.textContent = text;
      return line;
    }));
    const [width, height] = [tooltip.offsetWidth, tooltip.offsetHeight];
    tooltip.style.left = `${Math.max(4, Math.min(event.clientX + 14, innerWidth - width - 4))}px`;
    tooltip.style.top = `${Math.max(4, event.clientY > innerHeight / 2 ? event.clientY - height - 10 : event.clientY + 14)}px`;
  };

  const listen = () => {
    document.body.append(tooltip);
    for (const figure of figures()) {
      const area = figure.querySelector(".plot-area:not(.of-dots)");
      area?.addEventListener("pointermove", event => tell(figure, area, event));
      area?.addEventListener("pointerleave", () => { tooltip.hidden = true; });
    }
  };

  window.nb301Plots = {most, chosen, choose, toggle, light, addButtons};
  addButtons();
  listen();
  light();
  addEventListener("hashchange", light);
})();
