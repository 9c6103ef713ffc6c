// Tables that readers sort and filter; every state has an address, and the back button leads to the one before.
// Without this script a table is as it was written, and filters stay hidden.
//
// <table id="T" data-sortable>     One header row, one body, no cells that span columns.
//   <th>                           Gets a button that sorts, the other way round when it is pressed again.
//       data-column="NAME"         Its name in addresses, made from its text otherwise; "" for no button.
//       data-first="desc"          What its first press does; ascending otherwise.
//       aria-sort="descending"     On the column by which the rows are written, if there is one.
//   <td data-value="0.93">         What is compared, the cell's text otherwise. A column whose values are all
//                                  numbers is sorted by them, others as text. Empty values are always last, and
//                                  equal ones stay in the written order.
//   <tr data-NAME="a b">           What filters look at: words with spaces between them, or any text.
//
// <form data-filters="T" hidden>   For the table of that id. Fields with the same name are one filter, and
//                                  filters that are empty let everything through.
//   <input type="search" name="NAME">               Rows whose data-NAME contains the text, in upper or lower case.
//   <input type="checkbox" name="NAME" value="a">   Rows with one of the ticked words.
//   <select name="NAME">                            Rows with the chosen word; <option value=""> for all.
//   <button type="reset">                           As the page was written.
//   <output data-unit="runs">                       Says "3 of 20 runs".
//
// The address ends with #sort=T.NAME.desc&T.NAME=a&T.NAME=b; the keys of other scripts stay in it. A table that
// it names is unfolded, should it lie in <details>.
(() => {
  "use strict";
  const collator = new Intl.Collator("en", {numeric: true, sensitivity: "base"});
  const directions = {asc: "ascending", desc: "descending"};
  const nameOf = th => th.dataset.column ?? th.textContent.toLowerCase().match(/[\p{L}\d]+/gu)?.join("-");
  const headersOf = table => [...table.tHead.rows[0].cells].map(th => [nameOf(th), th]);
  const tables = [...document.querySelectorAll("table[data-sortable]")].map(table => ({
    table,
    rows: [...table.tBodies[0].rows],
    headers: new Map(headersOf(table).filter(([name]) => name)),
    written: new Map(headersOf(table).map(([, th]) => [th, th.getAttribute("aria-sort")])),
    order: null, // {column, direction}, or null for the written one
    forms: [...document.querySelectorAll("form[data-filters]")].filter(form => form.dataset.filters === table.id),
  }));

  const valueOf = (row, index) => {
    const cell = row.cells[index];
    return (cell.dataset.value ?? cell.textContent).trim();
  };

  const sorted = ({rows, headers, order}) => {
    if (!order) return rows;
    const index = headers.get(order.column).cellIndex;
    const sign = order.direction === "asc" ? 1 : -1;
    const values = new Map(rows.map(row => [row, valueOf(row, index)]));
    const numeric = [...values.values()].every(value => Number.isFinite(Number(value)));
    const compare = numeric ? (a, b) => a - b : collator.compare;
    return rows.toSorted((one, other) => {
      const [a, b] = [values.get(one), values.get(other)];
      return (a === "") - (b === "") || (a === "" ? 0 : sign * compare(a, b));
    });
  };

  const sort = each => {
    each.table.tBodies[0].append(...sorted(each));
    each.written.forEach((written, th) => {
      const state = each.order
        ? th === each.headers.get(each.order.column) && directions[each.order.direction]
        : written;
      if (state) th.setAttribute("aria-sort", state);
      else th.removeAttribute("aria-sort");
    });
  };

  const isTick = field => field.type === "checkbox" || field.type === "radio";
  const isText = field => field.tagName === "INPUT" && !isTick(field);
  const fieldsOf = form => [...form.elements].filter(field => field.name && field.matches("input, select"));
  const grouped = form => Map.groupBy(fieldsOf(form), field => field.name);

  // what a reader has chosen or typed, or, for the page as written, would have
  const chosen = (fields, written = false) => fields.flatMap(field => {
    if (isText(field)) return [written ? field.defaultValue : field.value.trim()];
    if (isTick(field)) return (written ? field.defaultChecked : field.checked) ? [field.value] : [];
    const options = [...field.options].filter(option => written ? option.defaultSelected : option.selected);
    return (options.length || field.multiple ? options : [field.options[0]]).map(option => option.value);
  }).filter(value => value !== "");

  const choose = (fields, values) => fields.forEach(field => {
    if (isText(field)) field.value = values[0] ?? "";
    else if (isTick(field)) field.checked = values.includes(field.value);
    else {
      for (const option of field.options) option.selected = values.includes(option.value);
      if (field.selectedIndex < 0 && !field.multiple) field.selectedIndex = 0;
    }
  });

  const matches = (row, name, fields) => {
    const wanted = chosen(fields);
    const given = row.getAttribute(`data-${name}`) ?? "";
    if (!wanted.length) return true;
    if (isText(fields[0])) return given.toLowerCase().includes(wanted[0].toLowerCase());
    return wanted.some(word => given.split(" ").includes(word));
  };

  const filter = ({rows, forms}) => {
    const filters = forms.flatMap(form => [...grouped(form)]);
    for (const row of rows) row.hidden = !filters.every(([name, fields]) => matches(row, name, fields));
    const visible = rows.filter(row => !row.hidden).length;
    for (const output of forms.flatMap(form => [...form.querySelectorAll("output")])) {
      output.textContent = `${visible} of ${rows.length} ${output.dataset.unit ?? "rows"}`;
    }
  };

  // an anchor such as #main is a place on the page, no state
  const isState = () => location.hash.includes("=");
  const hash = () => new URLSearchParams(isState() ? location.hash.slice(1) : "");
  const isOurs = key => key === "sort" || tables.some(({table}) => key.startsWith(`${table.id}.`));

  const readOrder = ({table, headers}, parameters) => {
    for (const sorting of parameters.getAll("sort").filter(value => value.startsWith(`${table.id}.`))) {
      const [, column, direction] = sorting.slice(table.id.length).match(/^\.(.*)\.(asc|desc)$/) ?? [];
      if (headers.has(column)) return {column, direction};
    }
    return null;
  };

  const read = () => {
    const parameters = hash();
    for (const each of tables) {
      each.order = readOrder(each, parameters);
      for (const [name, fields] of each.forms.flatMap(form => [...grouped(form)])) {
        const key = `${each.table.id}.${name}`;
        choose(fields, parameters.has(key) ? parameters.getAll(key) : chosen(fields, true));
      }
      const isMeant = each.order || [...parameters.keys()].some(key => key.startsWith(`${each.table.id}.`));
      const details = each.table.closest("details");
      if (isMeant && details) details.open = true;
      sort(each);
      filter(each);
    }
  };

  const write = replace => {
    const parameters = new URLSearchParams([...hash()].filter(([key]) => !isOurs(key)));
    for (const {table, order, forms} of tables) {
      if (order) parameters.append("sort", `${table.id}.${order.column}.${order.direction}`);
      for (const [name, fields] of forms.flatMap(form => [...grouped(form)])) {
        const [now, written] = [chosen(fields), chosen(fields, true)];
        if (now.join("\n") === written.join("\n")) continue;
        for (const value of now.length ? now : [""]) parameters.append(`${table.id}.${name}`, value);
      }
    }
    const address = `${location.href.split("#")[0]}#${parameters}`;
    if (address === location.href) return;
    if (replace) history.replaceState(null, "", address);
    else history.pushState(null, "", address);
  };

  const addButton = (each, column, th) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sorts";
    button.append(...th.childNodes);
    button.addEventListener("click", () => {
      const now = th.getAttribute("aria-sort");
      const first = th.dataset.first === "desc" ? "desc" : "asc";
      const direction = now ? (now === directions.asc ? "desc" : "asc") : first;
      each.order = {column, direction};
      sort(each);
      write(false);
    });
    th.append(button);
  };

  // letters that are typed into one field one after the other are one step of the history
  let typing = null;
  const addListeners = (each, form) => {
    form.addEventListener("input", event => {
      filter(each);
      write(typing === event.target);
      typing = isText(event.target) ? event.target : null;
    });
    form.addEventListener("focusout", () => { typing = null; });
    form.addEventListener("submit", event => event.preventDefault());
    form.addEventListener("reset", event => {
      event.preventDefault();
      for (const fields of grouped(form).values()) choose(fields, chosen(fields, true));
      filter(each);
      write(false);
    });
    form.hidden = false;
  };

  for (const each of tables) {
    each.headers.forEach((th, column) => addButton(each, column, th));
    each.forms.forEach(form => addListeners(each, form));
  }
  addEventListener("hashchange", () => {
    typing = null;
    if (!location.hash || isState()) read();
  });
  read();
})();
