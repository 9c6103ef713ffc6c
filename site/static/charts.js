// Puts views that answer in the place of drawings, each when a reader scrolls to it. Without this script,
// or where anything fails, the drawing stays. Views are Vega's, run by its interpreter: no eval.
(() => {
  "use strict";
  const root = new URL("..", document.currentScript.src);
  const sent = new Map();
  const loading = new Map();
  const drawn = new Map();
  const dark = matchMedia("(prefers-color-scheme: dark)");

  window.nb301Chart = (name, chart) => sent.set(name, chart);

  const load = path => {
    if (!loading.has(path)) {
      loading.set(path, new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = new URL(path, root);
        script.onload = resolve;
        script.onerror = () => reject(new Error(`cannot load ${path}`));
        document.head.append(script);
      }));
    }
    return loading.get(path);
  };

  const theme = () => document.documentElement.dataset.theme || (dark.matches ? "dark" : "light");

  const tooltip = document.createElement("div");
  tooltip.className = "chart-tooltip";
  tooltip.setAttribute("role", "tooltip");
  tooltip.hidden = true;
  const showTooltip = (_handler, event, _item, value) => {
    tooltip.hidden = value === null || value === undefined || value === "";
    if (tooltip.hidden) return;
    const lines = typeof value === "object" ? Object.entries(value).map(pair => pair.join(": ")) : [value];
    tooltip.replaceChildren(...lines.map(line => {
      const row = document.createElement("div");
      row.textContent = line;
      return row;
    }));
    const [width, height] = [tooltip.offsetWidth, tooltip.offsetHeight];
    tooltip.style.left = `${Math.max(4, Math.min(event.clientX + 14, innerWidth - width - 4))}px`;
    tooltip.style.top = `${Math.max(4, event.clientY > innerHeight / 2 ? event.clientY - height - 10 : event.clientY + 14)}px`;
  };

  // other rows in the place of those that a chart came with: {rows, names}, names in the legend's order
  const filled = (spec, {rows, names}) => {
    spec.data.find(each => each.values).values = rows.map((row, k) => ({...row, row: k}));
    for (const scale of spec.scales) {
      if (Array.isArray(scale.domain) && typeof scale.domain[0] === "string") scale.domain = names;
    }
  };

  // the specification with scales switched, and as wide as there is room
  const fitted = (chart, switched, room, chosen) => {
    const spec = structuredClone(chart.spec);
    if (chosen) filled(spec, chosen);
    for (const scale of spec.scales ?? []) {
      if (switched.has(scale.name)) scale.type = scale.type === "log" ? "linear" : "log";
    }
    if (spec.autosize?.type === "fit") {
      spec.width = room;
      if (room < 400) spec.height += 80; // legends take more lines
    }
    for (const legend of spec.legends ?? []) {
      if (legend.columns) legend.columns = Math.max(1, Math.min(legend.columns, Math.floor(room / 175)));
    }
    const child = spec.signals?.find(each => each.name === "child_width")?.value;
    if (child && spec.layout?.columns) {
      spec.layout.columns = Math.max(1, Math.min(spec.layout.columns, Math.floor(room / (child + 14))));
    }
    return spec;
  };

  // what goes wrong inside Vega is an error here, and the console stays clean
  const logger = {
    level() { return this; }, info() { return this; }, debug() { return this; }, warn() { return this; },
    error(...messages) { throw new Error(messages.join(" ")); },
  };

  // thousands of points are drawn faster as pixels than as elements
  const renderer = spec => spec.data?.some(each => each.values?.length > 1400) ? "canvas" : "svg";

  const draw = async figure => {
    const state = drawn.get(figure);
    const turn = ++state.turn;
    const chart = sent.get(figure.dataset.chart);
    const target = document.createElement("div");
    const room = figure.clientWidth - 4;
    const runtime = vega.parse(fitted(chart, state.switched, room, figure.chosen), chart.themes[theme()], {ast: true});
    const view = new vega.View(runtime, {
      container: target, expr: vega.expressionInterpreter, hover: true, logger, renderer: renderer(chart.spec),
      tooltip: showTooltip,
    });
    await view.runAsync();
    if (turn !== state.turn) return view.finalize();
    state.view?.finalize();
    Object.assign(state, {view, room});
    const drawing = figure.querySelector(".drawing");
    drawing.querySelector("picture").hidden = true;
    drawing.querySelector(".view")?.remove();
    target.className = "view";
    drawing.append(target);
    figure.dataset.drawn = theme();
  };

  const giveUp = figure => {
    figure.querySelector(".view")?.remove();
    figure.querySelector("picture").hidden = false;
    figure.dataset.drawn = "failed";
  };

  const redraw = figure => draw(figure).catch(() => giveUp(figure));

  const addSwitches = (figure, axes) => {
    const tools = document.createElement("p");
    tools.className = "chart-tools";
    for (const axis of axes) {
      const {type} = sent.get(figure.dataset.chart).spec.scales.find(scale => scale.name === axis);
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = `${type === "log" ? "Linear" : "Log"} ${axis} axis`;
      button.setAttribute("aria-pressed", "false");
      button.addEventListener("click", () => {
        const {switched} = drawn.get(figure);
        const on = !switched.delete(axis) && Boolean(switched.add(axis));
        button.setAttribute("aria-pressed", String(on));
        redraw(figure);
      });
      tools.append(button);
    }
    figure.querySelector(".drawing").before(tools);
  };

  const start = async figure => {
    try {
      await Promise.all([load("static/vega.js"), load(`charts/${figure.dataset.chart}.js`)]);
      drawn.set(figure, {turn: 0, switched: new Set(), room: 0, view: null});
      await draw(figure);
      const {switches} = sent.get(figure.dataset.chart);
      if (switches.length) addSwitches(figure, switches);
    } catch {
      giveUp(figure);
    }
  };

  const redrawAll = () => drawn.forEach((_state, figure) => redraw(figure));
  dark.addEventListener("change", redrawAll);
  new MutationObserver(redrawAll).observe(document.documentElement, {attributeFilter: ["data-theme"]});
  addEventListener("resize", () => drawn.forEach((state, figure) => {
    if (figure.clientWidth - 4 !== state.room) redraw(figure);
  }));

  addEventListener("DOMContentLoaded", () => {
    document.body.append(tooltip);
    const seen = new IntersectionObserver(entries => entries.filter(entry => entry.isIntersecting).forEach(entry => {
      seen.unobserve(entry.target);
      start(entry.target);
    }), {rootMargin: "300px"});
    // for figures that other scripts make
    window.nb301Watch = figure => seen.observe(figure);
    document.querySelectorAll("figure[data-chart]").forEach(window.nb301Watch);
  });
})();
