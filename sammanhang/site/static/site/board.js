// The board: filters and search at once, rows as they change, and the keyboard.
"use strict";

(() => {
  const board = () => document.getElementById("board");
  const rows = () => [...board().querySelectorAll("tbody tr")];
  const search = document.getElementById("sok");
  const sort = document.getElementById("ordning");
  const plain = (text) =>
    text.toLowerCase().replace(/å/g, "{").replace(/[äæ]/g, "|").replace(/[öø]/g, "}")
      .normalize("NFKD").replace(/[^\x00-\x7f]/g, "");

  // --- What is shown ---

  function choose() {
    const show = board().dataset.show;
    const words = plain(search.value).split(/\s+/).filter(Boolean);
    const counts = new Map();
    let visible = 0;
    const all = rows();
    for (const row of all) {
      const filters = row.dataset.in.split(" ");
      for (const name of filters) counts.set(name, (counts.get(name) || 0) + 1);
      const find = `${row.dataset.find} ${row.dataset.sought || ""}`;
      row.hidden = !filters.includes(show) || !words.every((word) => find.includes(word));
      visible += row.hidden ? 0 : 1;
    }
    for (const tally of board().querySelectorAll("[data-tally]")) {
      const count = counts.get(tally.dataset.tally) || 0;
      tally.querySelector(".tally-count").textContent = count;
      tally.classList.toggle("tally-zero", count === 0);
      if (tally.dataset.tally === show) tally.setAttribute("aria-current", "true");
      else tally.removeAttribute("aria-current");
    }
    board().querySelector("table").hidden = visible === 0;
    board().querySelector("[data-empty=nobody]").hidden = all.length > 0;
    board().querySelector("[data-empty=filtered]").hidden = all.length === 0 || visible > 0;
    return visible;
  }

  // Whole numbers aren't in the rows: whose one is, is asked for when it has been typed.
  const wholeNumber = /^(\d{2})?\d{6}[-+ ]?[0-9a-z]{4}$/i;

  async function seek() {
    const typed = search.value.trim();
    if (!wholeNumber.test(typed)) return;
    const address = new URL(location.href);
    const form = new FormData(document.getElementById("verktyg"));
    const answer = await fetch(address, { method: "POST", headers: { "HX-Request": "true" }, body: form }).catch(() => null);
    if (!answer || answer.status !== 200 || search.value.trim() !== typed) return;
    if (answer.redirected) return location.reload();
    await show(answer);
  }

  // Who is searched for stays out of the address: addresses end up in logs and histories.
  function remember() {
    const address = new URL(location.href);
    const kept = { visa: board().dataset.show, ordning: sort.value };
    const plainly = { visa: "alla", ordning: "brådska" };
    for (const [key, value] of Object.entries(kept)) {
      if (value === plainly[key]) address.searchParams.delete(key);
      else address.searchParams.set(key, value);
    }
    history.replaceState(history.state, "", address);
    document.getElementById("visa").value = kept.visa;
  }

  function showOnly(name) {
    board().dataset.show = name;
    choose();
    remember();
  }

  document.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const tally = event.target.closest("[data-tally]");
    const all = event.target.closest("[data-show-all]");
    if (!tally && !all) return;
    event.preventDefault();
    if (all) search.value = "";
    showOnly(all ? "alla" : tally.dataset.tally);
    if (all) board().querySelector(".person-link")?.focus();
  });
  let typing = 0;
  search.addEventListener("input", () => {
    board().querySelector("[data-fault]")?.remove();
    choose();
    clearTimeout(typing);
    typing = setTimeout(seek, 300);
  });
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === "ArrowDown") {
      event.preventDefault();
      step(1);
    }
  });
  sort.addEventListener("change", async () => {
    remember();
    await fetchAll({ again: true });
    line.restart();
  });
  document.getElementById("verktyg").addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("late", (event) => {
    const row = event.target.closest("tr[data-case]");
    if (!row || !event.target.closest(".col-owed")) return;
    row.classList.add("row-late");
    if (!row.dataset.in.includes("försenat")) row.dataset.in += " försenat";
    choose();
  });

  // --- What happens meanwhile ---

  function arrive(row) {
    row.classList.remove("arrived");
    void row.offsetWidth;
    row.classList.add("arrived");
  }

  // Runs a change of the rows so that the one in focus stays in focus.
  function keepingFocus(change) {
    const focused = document.activeElement?.closest?.("tr[data-case]")?.dataset.case;
    change();
    if (focused) document.querySelector(`#rad-${focused} .person-link`)?.focus({ preventScroll: true });
  }

  function put(html, number) {
    const body = board().querySelector("tbody");
    const old = document.getElementById(`rad-${number}`);
    if (!html) return old?.remove();
    const holder = document.createElement("tbody");
    holder.innerHTML = html;
    const fresh = holder.querySelector("tr");
    if (old?.dataset.sought) fresh.dataset.sought = old.dataset.sought;
    if (old) old.replaceWith(fresh);
    else body.insertBefore(fresh, [...body.children].find((row) => row.dataset.key > fresh.dataset.key) || null);
    arrive(fresh);
  }

  line.onChange((change) => {
    keepingFocus(() => put(change.html, change.case));
    board().dataset.etag = change.etag;
    sammanhang.tick(board());
    choose();
  });

  async function fetchAll({ again = false } = {}) {
    const headers = { "If-None-Match": again ? '"-"' : board().dataset.etag };
    const address = new URL(location.href);
    address.searchParams.set("visa", board().dataset.show);
    const answer = await fetch(address, { headers }).catch(() => null);
    if (!answer || answer.status !== 200) return;
    if (answer.redirected) return location.reload();
    const before = new Map(rows().map((row) => [row.dataset.case, row.dataset.version]));
    await show(answer);
    seek();
    if (!again) rows().filter((row) => before.get(row.dataset.case) !== row.dataset.version).forEach(arrive);
  }
  line.onCatchUp(fetchAll);

  async function show(answer) {
    const holder = document.createElement("div");
    holder.innerHTML = await answer.text();
    const fresh = holder.querySelector("#board");
    fresh.dataset.show = board().dataset.show;
    keepingFocus(() => board().replaceWith(fresh));
    choose();
    sammanhang.tick(board());
  }

  // --- The keyboard ---

  function step(by) {
    const links = rows().filter((row) => !row.hidden).map((row) => row.querySelector(".person-link"));
    const at = links.indexOf(document.activeElement);
    const next = links[at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + by, 0), links.length - 1)];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  }
  sammanhang.keys.j = () => step(1);
  sammanhang.keys.k = () => step(-1);
  ["alla", "att-göra", "försenat", "oläst", "väntar"].forEach((name, at) => {
    sammanhang.keys[String(at + 1)] = () => showOnly(name);
  });

  line.open();
})();
