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

  // nothing stands where a row has the same as the one before it
  const unpacked = (packed) => {
    const parts = packed.split(" ");
    let last = "";
    return Array.from({ length: data.n }, (_, i) => {
      const one = parts[i];
      if (one) last = one[0] === "." ? `0${one}` : one;
      return last;
    });
  };
  const stats = data.stats.map(unpacked);
  const noted = unpacked(data.noted);
  const columns = data.cells.map(unpacked);
  data.words.forEach((words, place) => (columns[place] = columns[place].map((one) => words[one])));
  const [STATUS, COLUMN, SEGMENT] = [0, 1, 2];
  const single = table.classList.contains("single");
  const text = (entry, place) => columns[place][entry.place];

  const entriesOf = (listed) => {
    const parts = listed ? listed.split(";").map((one) => one.split(",")) : [];
    let n = 0;
    let reference = 0;
    for (const [, a, b] of parts) {
      n += Number(a);
      reference += Number(b);
    }
    return parts.map(([label, first, second, part, mark = 0]) => {
      const [a, b] = [Number(first), Number(second)];
      const flags = [];
      if (mark === "-1") flags.push("missing");
      if (mark > 0 || mark === "-2") flags.push("other");
      else {
        if (b === 0) flags.push("new");
        if (a === 0) flags.push("gone");
        if ((a > 0 && a < data.rare) || (!data.fixed && b > 0 && b < data.rare)) flags.push("rare");
      }
      const name = mark > 0 ? `other: ${whole(Number(mark))} ${mark === "1" ? "category" : "categories"}` : data.names[label];
      return { name, count: a, reference: b, p: a / n, q: b / reference, part: part === "" ? null : Number(part), flags };
    });
  };

  // rows are made when they are shown first
  const rows = Array.from({ length: data.n }, (_, place) => {
    const words = `${columns[COLUMN][place]} ${columns[SEGMENT][place]}`.toLowerCase();
    return { place, words, quiet: data.quiet.includes(columns[STATUS][place]), isOpen: false, row: null, detail: null, button: null };
  });
  const made = (entry) => {
    if (entry.row) return entry;
    entry.entries = entriesOf(data.entries[entry.place]);
    entry.row = element("tr");
    entry.row.className = text(entry, STATUS);
    columns.forEach((column, place) => {
      if (place !== COLUMN) return void element("td", column[entry.place], entry.row);
      const cell = element("th", undefined, entry.row);
      cell.scope = "row";
      entry.button = element("button", column[entry.place], cell);
      entry.button.type = "button";
      entry.button.setAttribute("aria-expanded", "false");
      entry.button.addEventListener("click", () => open(entry, !entry.isOpen));
      const note = data.notes[noted[entry.place]];
      if (note) element("small", note.replaceAll(data.name, () => column[entry.place]), cell);
    });
    element("td", undefined, entry.row);
    spark(entry);
    return entry;
  };

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
    const list = element("dl", undefined, cell);
    list.className = "stats";
    data.details.forEach((name, i) => {
      const pair = element("div", undefined, list);
      element("dt", name.replaceAll("_", " "), pair);
      element("dd", stats[i][entry.place], pair);
    });
    if (!entry.entries.length) {
      element("p", "No categories were compared.", cell);
      return made;
    }
    const name = text(entry, COLUMN);
    const region = element("div", undefined, cell);
    region.className = "scroll";
    region.tabIndex = 0;
    region.setAttribute("role", "region");
    region.setAttribute("aria-label", `Categories of ${name}`);
    const inner = element("table", undefined, region);
    inner.className = "cats";
    const segment = single ? "" : `, ${text(entry, SEGMENT)}`;
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
      for (const said of [whole(one.count), data.fixed ? "–" : whole(one.reference), share(one.p), share(one.q), change(one.p - one.q), ratio(one.p, one.q), score(one.part)]) {
        element("td", said, line);
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
    entry.isOpen = wanted;
    entry.button.setAttribute("aria-expanded", String(wanted));
    if (wanted && !entry.detail) entry.detail = detail(entry);
    if (wanted) {
      entry.row.after(entry.detail);
      entry.button.setAttribute("aria-controls", entry.detail.id);
    } else if (entry.detail) entry.detail.remove();
    tellAll();
  };

  let sorted = rows;
  let folded = rows.some(({ quiet }) => !quiet) && rows.filter(({ quiet }) => quiet).length > data.few;
  let page = 0;
  const wantedRows = () => {
    const wanted = find.value.trim().toLowerCase();
    const isFolded = folded && wanted === "" && status.value === "";
    return sorted.filter(
      (entry) =>
        entry.words.includes(wanted) &&
        (status.value === "" || text(entry, STATUS) === status.value) &&
        !(isFolded && entry.quiet)
    );
  };
  let shown = [];
  const tellAll = () => {
    const isAll = shown.length > 0 && shown.every(({ isOpen }) => isOpen);
    all.setAttribute("aria-pressed", String(isAll));
    all.textContent = isAll ? "Close all" : "Open all";
  };
  const narrow = matchMedia("(max-width:45rem)"); // where a row is as high as ten
  const show = (most = narrow.matches ? data.page / 4 : data.page) => {
    const found = wantedRows();
    const last = Math.max(Math.ceil(found.length / most) - 1, 0);
    page = Math.min(Math.max(page, 0), last);
    const first = page * most;
    shown = found.slice(first, first + most).map(made);
    body.replaceChildren(...shown.flatMap(({ row, detail, isOpen }) => (isOpen ? [row, detail] : [row])));
    const part = last ? `, here ${whole(first + 1)} to ${whole(first + shown.length)}` : "";
    count.textContent = `${whole(found.length)} of ${whole(rows.length)} rows${part}`;
    document.getElementById("paper").textContent = `Here are ${whole(shown.length)} of ${whole(rows.length)} rows${folded ? `; ${data.rest}` : ""}.`;
    pages.hidden = !last;
    place.textContent = `Page ${whole(page + 1)} of ${whole(last + 1)}`;
    back.setAttribute("aria-disabled", String(page === 0));
    next.setAttribute("aria-disabled", String(page === last));
    tellAll();
  };
  const again = () => {
    page = 0;
    show();
  };
  const turn = (by) => {
    const before = page;
    page += by;
    show();
    if (page !== before) document.getElementById("rows").scrollIntoView();
  };
  const pages = document.getElementById("pages");
  const [back, next] = pages.querySelectorAll("button");
  const place = pages.querySelector("span");
  back.addEventListener("click", () => turn(-1));
  next.addEventListener("click", () => turn(1));

  // what nobody has to look at is folded until it is asked for
  const rest = document.getElementById("rest");
  const fold = (wanted) => {
    folded = wanted;
    rest.textContent = `${data.rest}: ${folded ? "show" : "hide"}`;
    rest.setAttribute("aria-expanded", String(!folded));
    again();
  };
  rest.hidden = !folded;
  rest.addEventListener("click", () => fold(!folded));

  const compare = new Intl.Collator("en", { numeric: true }).compare;
  const number = (written) => {
    const plain = written.replace(/[,%<]/g, "").replace("∞", "Infinity");
    return plain === "–" || plain === "" ? NaN : Number(plain);
  };
  const value = (entry, place) => {
    const written = text(entry, place);
    if (place === STATUS) return data.statuses.indexOf(written);
    return place < data.words.length ? written : number(written);
  };
  const sort = (place, falling) => {
    const keyed = rows.map((entry) => [value(entry, place), entry]);
    keyed.sort(([a, one], [b, other]) => {
      if (typeof a === "string") {
        const order = compare(a, b);
        return (falling ? -order : order) || one.place - other.place;
      }
      const absent = Number.isNaN(a) - Number.isNaN(b); // these stay last either way
      if (absent || Number.isNaN(a)) return absent || one.place - other.place;
      return (a === b ? 0 : a < b === falling ? 1 : -1) || one.place - other.place;
    });
    sorted = keyed.map(([, entry]) => entry);
    head.forEach((cell, i) => {
      if (i === place) cell.setAttribute("aria-sort", falling ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
    });
    sorter.value = `${place} ${falling}`;
    fold(false); // all rows are sorted, and so shown
  };

  head.forEach((cell, place) => {
    if (cell.classList.contains("fixed")) return;
    const title = cell.textContent;
    const button = element("button", title);
    button.type = "button";
    cell.replaceChildren(button);
    const first = place >= data.words.length; // numbers begin with the largest
    button.addEventListener("click", () => {
      const now = cell.getAttribute("aria-sort");
      sort(place, now === null ? first : now === "ascending");
    });
    if (place === SEGMENT && single) return;
    for (const falling of [first, !first]) {
      const option = element("option", `${title} ${falling ? "↓" : "↑"}`, sorter);
      option.value = `${place} ${falling}`;
    }
  });
  sorter.addEventListener("change", () => {
    const [place, falling] = sorter.value.split(" ");
    sort(Number(place), falling === "true");
  });
  find.addEventListener("input", again);
  status.addEventListener("change", again);
  all.addEventListener("click", () => {
    const wanted = all.getAttribute("aria-pressed") !== "true";
    for (const entry of shown) open(entry, wanted);
  });
  const controls = document.getElementById("controls");
  controls.addEventListener("submit", (event) => event.preventDefault());
  controls.hidden = false;
  // on paper nothing can be unfolded, and no page turned
  const terms = document.getElementById("terms");
  let wasFolded = false;
  let turned = 0;
  addEventListener("beforeprint", () => {
    wasFolded = !terms.open;
    terms.open = true;
    turned = page;
    page = 0;
    show(data.printed);
  });
  addEventListener("afterprint", () => {
    terms.open = !wasFolded;
    page = turned;
    show();
  });
  // cells without digits are told where they are pointed at
  const dense = document.querySelector(".dense");
  if (dense) {
    const said = document.getElementById("cell");
    said.hidden = false;
    const across = dense.tHead.rows[0].cells;
    dense.addEventListener("pointerover", ({ target }) => {
      const cell = target.closest("td");
      if (!cell) return;
      const [name, segment] = [cell.parentElement.cells[0], across[cell.cellIndex]].map((one) => one.title || one.textContent);
      said.textContent = `${name} in ${segment}: ${cell.textContent.replace(/[a-z]+$/, " $&")}`;
    });
  }
  head[0].setAttribute("aria-sort", "ascending");
  sorter.value = "0 false";
  fold(folded);
})();
