"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const table = document.getElementById("table");
  const body = table.tBodies[0];
  const head = [...table.tHead.rows[0].cells];
  const count = document.getElementById("count");
  const find = document.getElementById("find");
  const status = document.getElementById("status");
  const sorter = document.getElementById("sorter");
  const all = document.getElementById("all");
  const SVG = "http://www.w3.org/2000/svg";

  const element = (tag, text, parent) => {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (parent) parent.append(made);
    return made;
  };
  const drawing = (name, width, height) => {
    const made = document.createElementNS(SVG, "svg");
    made.setAttribute("class", name);
    made.setAttribute("viewBox", `0 0 ${width} ${height}`);
    made.setAttribute("aria-hidden", "true");
    return made;
  };
  const bar = (parent, name, x, y, width, height) => {
    const made = document.createElementNS(SVG, "rect");
    made.setAttribute("class", name);
    for (const [key, value] of Object.entries({ x, y, width, height })) {
      made.setAttribute(key, Math.round(value * 100) / 100);
    }
    parent.append(made);
  };

  const whole = (value) => value.toLocaleString("en-US");
  const share = (value) =>
    !Number.isFinite(value) ? "–" : value > 0 && value < 0.0005 ? "<0.1%" : `${(100 * value).toFixed(1)}%`;
  const change = (value) => {
    if (!Number.isFinite(value)) return "–";
    const points = Math.abs(100 * value).toFixed(2);
    return Number(points) === 0 ? "0.00" : `${value > 0 ? "+" : "−"}${points}`;
  };
  const ratio = (p, q) =>
    Number.isNaN(p / q) ? "–" : q === 0 ? "∞" : (p / q).toFixed(2);
  const score = (value) => (value === null ? "–" : value > 0 && value < 0.001 ? value.toPrecision(1) : value.toFixed(4));
  // the bar of "other" sums up many, and would make the rest small: it may be cut off
  const largest = (entries) => {
    const own = entries.filter(({ flags }) => !flags.includes("other"));
    return Math.max(...(own.length ? own : entries).flatMap(({ p, q }) => [p || 0, q || 0])) || 1;
  };

  const rows = [...body.rows].map((row, i) => {
    const [stats, listed] = data.rows[i];
    let n = 0;
    let reference = 0;
    for (const [, a, b] of listed) {
      n += a;
      reference += b;
    }
    const entries = listed.map(([label, a, b, part, mark]) => {
      const flags = [];
      if (mark === -1) flags.push("missing");
      if (mark > 0 || mark === -2) flags.push("other");
      else {
        if (b === 0) flags.push("new");
        if (a === 0) flags.push("gone");
        if ((a > 0 && a < data.rare) || (!data.fixed && b > 0 && b < data.rare)) flags.push("rare");
      }
      const name = mark > 0 ? `other: ${whole(mark)} ${mark === 1 ? "category" : "categories"}` : data.names[label];
      return { name, count: a, reference: b, p: a / n, q: b / reference, part, flags };
    });
    return { row, stats, entries, place: i, detail: null, button: null };
  });

  const spark = (entry) => {
    const shown = entry.entries.filter(({ flags }) => !flags.includes("other")).slice(0, 8);
    if (!shown.length) return;
    const most = largest(shown);
    const made = drawing("spark", 96, 22);
    shown.forEach(({ p, q }, i) => {
      const high = (20 * (p || 0)) / most;
      const low = (20 * (q || 0)) / most;
      bar(made, "data", 12 * i, 22 - high, 5, high);
      bar(made, "reference", 12 * i + 5, 22 - low, 4, low);
    });
    entry.row.lastElementChild.append(made);
  };

  const detail = (entry) => {
    const made = element("tr");
    made.className = "detail";
    made.id = `detail${entry.place}`;
    const cell = element("td", undefined, made);
    cell.colSpan = head.length;
    const stats = element("dl", undefined, cell);
    stats.className = "stats";
    data.details.forEach((name, i) => {
      const pair = element("div", undefined, stats);
      element("dt", name.replaceAll("_", " "), pair);
      element("dd", entry.stats[i], pair);
    });
    if (!entry.entries.length) {
      element("p", "No categories were compared.", cell);
      return made;
    }
    const name = entry.button.textContent;
    const region = element("div", undefined, cell);
    region.className = "scroll";
    region.tabIndex = 0;
    region.setAttribute("role", "region");
    region.setAttribute("aria-label", `Categories of ${name}`);
    const inner = element("table", undefined, region);
    inner.className = "cats";
    const segment = table.classList.contains("single") ? "" : `, ${entry.row.cells[2].textContent}`;
    element("caption", `Categories of ${name}${segment}, by contribution to the js divergence in bit`, inner);
    const top = element("tr", undefined, element("thead", undefined, inner));
    for (const title of ["category", "n", "n reference", "share", "share reference", "change, points", "ratio", "contribution", "data over reference", "flag"]) {
      const cellOfHead = element("th", title, top);
      cellOfHead.scope = "col";
      if (title === "data over reference") cellOfHead.className = "bars";
    }
    const lines = element("tbody", undefined, inner);
    const most = largest(entry.entries);
    for (const one of entry.entries) {
      const line = element("tr", undefined, lines);
      element("th", one.name, line).scope = "row";
      for (const text of [whole(one.count), data.fixed ? "–" : whole(one.reference), share(one.p), share(one.q), change(one.p - one.q), ratio(one.p, one.q), score(one.part)]) {
        element("td", text, line);
      }
      const bars = element("td", undefined, line);
      bars.className = "bars";
      const picture = drawing("pair", 150, 18);
      for (const [side, part, y] of [["data", one.p, 1], ["reference", one.q, 10]]) {
        const length = (150 * (part || 0)) / most;
        bar(picture, side, 0, y, Math.min(length, 150), 8);
        if (length > 150.01) bar(picture, "cut", 138, y, 4, 8);
      }
      bars.append(picture);
      element("td", one.flags.join(", "), line);
    }
    return made;
  };

  const open = (entry, wanted) => {
    entry.button.setAttribute("aria-expanded", String(wanted));
    if (wanted && !entry.detail) entry.detail = detail(entry);
    if (wanted) {
      entry.row.after(entry.detail);
      entry.button.setAttribute("aria-controls", entry.detail.id);
    } else if (entry.detail) entry.detail.remove();
  };
  const isOpen = (entry) => entry.button.getAttribute("aria-expanded") === "true";

  for (const entry of rows) {
    spark(entry);
    const cell = entry.row.cells[1];
    const button = element("button", cell.firstChild ? cell.firstChild.textContent : "");
    button.type = "button";
    button.setAttribute("aria-expanded", "false");
    if (cell.firstChild && cell.firstChild.nodeType === Node.TEXT_NODE) cell.firstChild.replaceWith(button);
    else cell.prepend(button);
    button.addEventListener("click", () => open(entry, !isOpen(entry)));
    entry.button = button;
    entry.text = `${button.textContent} ${entry.row.cells[2].textContent}`.toLowerCase();
  }

  const visible = () => rows.filter(({ row }) => !row.hidden);
  const filter = () => {
    const wanted = find.value.trim().toLowerCase();
    for (const entry of rows) {
      const hidden = !entry.text.includes(wanted) || (status.value !== "" && !entry.row.classList.contains(status.value));
      entry.row.hidden = hidden;
      if (entry.detail) entry.detail.hidden = hidden;
    }
    count.textContent = `${whole(visible().length)} of ${whole(rows.length)} rows`;
  };

  const number = (text) => {
    const plain = text.replace(/[,%<]/g, "").replace("∞", "Infinity");
    return plain === "–" || plain === "" ? NaN : Number(plain);
  };
  const value = (entry, place) => {
    const cell = entry.row.cells[place];
    if (place === 0) return data.statuses.indexOf(cell.textContent);
    if (place === 1) return entry.button.textContent;
    return place < 4 ? cell.textContent : number(cell.textContent);
  };
  const sort = (place, falling) => {
    const keyed = rows.map((entry) => [value(entry, place), entry]);
    keyed.sort(([a, one], [b, other]) => {
      if (typeof a === "string") {
        const order = a.localeCompare(b, "en", { numeric: true });
        return (falling ? -order : order) || one.place - other.place;
      }
      const absent = Number.isNaN(a) - Number.isNaN(b); // these stay last either way
      if (absent || Number.isNaN(a)) return absent || one.place - other.place;
      return (a === b ? 0 : a < b === falling ? 1 : -1) || one.place - other.place;
    });
    for (const [, entry] of keyed) {
      body.append(entry.row);
      if (isOpen(entry)) entry.row.after(entry.detail);
    }
    head.forEach((cell, i) => {
      if (i === place) cell.setAttribute("aria-sort", falling ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
    });
    sorter.value = `${place} ${falling}`;
  };

  head.forEach((cell, place) => {
    if (cell.classList.contains("fixed")) return;
    const title = cell.textContent;
    const button = element("button", title);
    button.type = "button";
    cell.replaceChildren(button);
    const first = place > 3; // numbers begin with the largest
    button.addEventListener("click", () => {
      const now = cell.getAttribute("aria-sort");
      sort(place, now === null ? first : now === "ascending");
    });
    if (place === 2 && table.classList.contains("single")) return;
    for (const falling of [first, !first]) {
      const option = element("option", `${title} ${falling ? "↓" : "↑"}`, sorter);
      option.value = `${place} ${falling}`;
    }
  });
  sorter.addEventListener("change", () => {
    const [place, falling] = sorter.value.split(" ");
    sort(Number(place), falling === "true");
  });
  find.addEventListener("input", filter);
  status.addEventListener("change", filter);
  all.addEventListener("click", () => {
    const wanted = all.getAttribute("aria-pressed") !== "true";
    for (const entry of visible()) open(entry, wanted);
    all.setAttribute("aria-pressed", String(wanted));
    all.textContent = wanted ? "Close all" : "Open all";
  });
  const controls = document.getElementById("controls");
  controls.addEventListener("submit", (event) => event.preventDefault());
  controls.hidden = false;
  // on paper nothing can be unfolded
  const terms = document.getElementById("terms");
  let folded = false;
  addEventListener("beforeprint", () => {
    folded = !terms.open;
    terms.open = true;
  });
  addEventListener("afterprint", () => {
    terms.open = !folded;
  });
  head[0].setAttribute("aria-sort", "ascending");
  sorter.value = "0 false";
  filter();
})();
