// Writing a document: an editor over the plain field, which stays the one that is sent.
"use strict";

(() => {
  const { EditorView, EditorState, keymap, lineNumbers, highlightActiveLine, highlightSpecialChars,
    bracketMatching, autocompletion, completionKeymap, setDiagnostics, lintGutter, lintKeymap,
    search, searchKeymap } = CodeMirror;
  const form = document.getElementById("write");
  const field = document.getElementById("text");
  const status = document.getElementById("saving");
  const onto = form.elements.onto;
  const EXAMINE_AFTER = 400; // milliseconds of quiet
  const SAVE_AFTER = 3000;
  const TRY_AGAIN = 5000;
  const SAY_PRESENT = 20000;
  const AWAY = 300000; // an editor left open asks no more, so that the session can end

  let names = {};
  let namesCame; // or won't come: the line is lost
  const firstNames = new Promise((done) => (namesCame = done));
  let savedText = field.value;
  let saving = null; // a saving on its way
  let leaving = false;

  const view = new EditorView({
    parent: field.parentElement,
    state: EditorState.create({
      doc: field.value,
      extensions: [
        guideline.common(form.dataset.nonce, form.dataset.label),
        lineNumbers(),
        highlightActiveLine(),
        highlightSpecialChars(),
        bracketMatching(),
        search({ top: true }),
        lintGutter(),
        autocompletion({ override: [guideline.completions(JSON.parse(form.dataset.keywords), () => firstNames.then(() => names))], icons: false }),
        keymap.of([
          { key: "Mod-s", run: () => (save(), true), preventDefault: true },
          ...completionKeymap, ...lintKeymap, ...searchKeymap,
        ]),
        EditorView.updateListener.of((update) => update.docChanged && typed()),
      ],
    }),
  });
  field.after(view.dom);
  field.hidden = true;
  document.body.classList.add("with-editor");

  const text = () => view.state.doc.toString();

  function show(state, value = "") {
    status.className = `write-status write-${state}`;
    const said = status.dataset[state].replace("%s", value);
    if (status.textContent !== said) status.textContent = said;
  }

  // --- What is kept in this browser until it has been saved: a document's text, no person's data ---

  const kept = form.dataset.kept;

  function keep() {
    try {
      localStorage.setItem(kept, JSON.stringify({ text: text(), onto: onto.value }));
    } catch {
      // a full or closed store; the text is still in the field
    }
  }

  function restore() {
    const found = JSON.parse(localStorage.getItem(kept) ?? "null");
    if (!found || found.text === savedText) return localStorage.removeItem(kept);
    onto.value = found.onto;
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: found.text } });
    show("restored");
  }

  // --- Saving -------------------------------------------------------------------------------

  let saveTimer = null;
  let examineTimer = null;

  function typed() {
    keep();
    if (!status.classList.contains("write-lost")) show("typing");
    clearTimeout(examineTimer);
    examineTimer = setTimeout(examine, EXAMINE_AFTER);
    saveLater(SAVE_AFTER);
  }

  function saveLater(milliseconds) {
    clearTimeout(saveTimer);
    saveTimer = setTimeout(save, milliseconds);
  }

  async function post(address, more = {}) {
    const body = new FormData(form);
    for (const [name, value] of Object.entries(more)) body.set(name, value);
    const headers = { Accept: "application/json", "HX-Request": "true" };
    const answer = await fetch(address, { method: "POST", body, headers, redirect: "error" });
    if (answer.status === 401) throw new SignedOut();
    return answer;
  }
  class SignedOut extends Error {}

  async function save() {
    clearTimeout(saveTimer);
    if (saving) return saveLater(500);
    const sent = text();
    if (sent === savedText) return;
    saving = attempt(sent);
    await saving;
    saving = null;
  }

  // What is on its way has to arrive first: it names the revision that the next one is made from.
  async function saveNow() {
    while (saving) await saving;
    await save();
  }

  async function attempt(sent) {
    show("saving");
    try {
      const answer = await post(form.action, { text: sent });
      const told = await answer.json();
      if (answer.status === 422) return note(told.fault);
      savedText = sent;
      if (told.met) tellMet(told.met);
      else onto.value = told.revision;
      if (text() === sent) {
        localStorage.removeItem(kept);
        show(told.met ? "aside" : "saved", told.at);
      }
    } catch (error) {
      show(error instanceof SignedOut ? "out" : "lost");
      saveLater(TRY_AGAIN);
    }
  }

  function note(fault) {
    status.className = "write-status write-lost";
    status.textContent = fault;
  }

  function tellMet(told) {
    const box = document.getElementById("met");
    box.querySelector("p").textContent = box.dataset.said.replace("%s", told.name);
    box.querySelector("a").href = told.merge;
    box.hidden = false;
  }

  form.addEventListener("submit", async (event) => {
    if (leaving) return;
    event.preventDefault();
    await saveNow();
    if (event.submitter?.name === "then" && text() === savedText) {
      leaving = true;
      field.value = savedText;
      form.requestSubmit(event.submitter);
    }
  });
  document.querySelector(".draft-nav").addEventListener("click", async (event) => {
    const link = event.target.closest("a");
    if (!link || text() === savedText || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    await saveNow();
    if (text() !== savedText) return;
    leaving = !link.hasAttribute("download");
    location.assign(link.href);
  });
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && text() !== savedText) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => document.hidden && text() !== savedText && save());

  // --- Findings, as one types ---------------------------------------------------------------

  const list = document.querySelector("#pane-findings .findings");
  const pane = document.getElementById("pane-findings");
  let asked = 0;
  let touched = Date.now();
  for (const event of ["keydown", "pointerdown"]) document.addEventListener(event, () => (touched = Date.now()));

  function beat() {
    if (Date.now() - touched < AWAY && !document.hidden) examine();
    else examineTimer = setTimeout(beat, SAY_PRESENT);
  }

  async function examine() {
    clearTimeout(examineTimer);
    const number = ++asked;
    try {
      const answer = await post(form.dataset.examine, { text: text() });
      if (!answer.ok) return;
      const told = await answer.json();
      names = told.names;
      tellOthers(told.others);
      if (number === asked) showFindings(told.findings);
      drawPreview();
    } catch {
      // the line is lost; saving says so
    } finally {
      namesCame();
      if (number === asked) examineTimer = setTimeout(beat, SAY_PRESENT);
    }
  }

  function tellOthers(others) {
    const box = document.getElementById("others");
    box.hidden = !others.length;
    const said = box.dataset.one.replace("%s", others.join(", "));
    if (others.length && box.textContent.trim() !== said) box.querySelector("p").textContent = said;
  }

  const inText = (line) => view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines));

  function showFindings(findings) {
    const marks = findings.filter((one) => one.line).map((one) => {
      const line = inText(one.line);
      const indent = /^\s*/.exec(line.text)[0].length;
      const from = Math.min(line.from + indent, line.to);
      return { from, to: line.to, severity: one.severity === "fel" ? "error" : "warning", message: one.text };
    });
    view.dispatch(setDiagnostics(view.state, marks));
    document.getElementById("count").textContent = findings.length;
    document.getElementById("count").classList.toggle("tab-errors", findings.some((one) => one.severity === "fel"));
    document.getElementById("sound").hidden = findings.length > 0;
    list.replaceChildren(...findings.map(item));
  }

  function element(name, text, className = "") {
    const made = document.createElement(name);
    made.textContent = text;
    made.className = className;
    return made;
  }

  function item(one) {
    const made = element("li", "", `finding finding-${one.severity === "fel" ? "error" : "warning"}`);
    const kind = one.severity === "fel" ? pane.dataset.error : pane.dataset.warning;
    const where = one.line ? pane.dataset.line.replace("%s", one.line) : one.file;
    const goes = element(one.line ? "button" : "p", `${where} · ${kind}`, "finding-where");
    const said = element("p", one.text);
    said.lang = "sv";
    if (one.line) {
      goes.type = "button";
      goes.addEventListener("click", () => goTo(one.line));
    }
    made.append(goes, said);
    if (one.history.length) {
      const how = element("details", "", "why");
      const steps = element("ol", "", "steps");
      steps.lang = "sv";
      steps.append(...one.history.map(stepOf), element("li", pane.dataset.end, "steps-end"));
      how.append(element("summary", pane.dataset.how), steps);
      made.append(how);
    }
    return made;
  }

  function stepOf(step) {
    const made = element("li", "");
    made.append(element("strong", step.act), " ", element("span", step.who, "quiet"));
    if (step.filled) made.append(" ", element("span", step.filled, "step-filled"));
    return made;
  }

  function goTo(number) {
    const line = inText(number);
    view.dispatch({ selection: { anchor: line.from }, effects: EditorView.scrollIntoView(line.from, { y: "center" }) });
    view.focus();
  }
  for (const where of list.querySelectorAll("[data-line]"))
    where.addEventListener("click", () => goTo(Number(where.dataset.line)));

  // --- Beside the text ------------------------------------------------------------------------

  const tabs = [...document.querySelectorAll("[role=tab]")];
  document.querySelector("[role=tablist]").hidden = false;
  let drawn = "";
  let drawings = 0;

  function choose(tab) {
    for (const one of tabs) {
      one.setAttribute("aria-selected", one === tab);
      one.tabIndex = one === tab ? 0 : -1;
      document.getElementById(one.getAttribute("aria-controls")).hidden = one !== tab;
    }
    for (const id of ["preview-old", "preview-none"]) document.getElementById(id).hidden = true;
    drawn = "";
    drawPreview();
  }

  async function drawPreview() {
    const tab = tabs.find((one) => one.ariaSelected === "true");
    const now = text();
    if (!tab.dataset.preview || drawn === tab.id + now) return;
    const shown = document.getElementById(tab.getAttribute("aria-controls"));
    const number = ++drawings;
    try {
      const answer = await post(`${form.dataset.preview}?som=${tab.dataset.preview}`, { text: now });
      if (number !== drawings) return; // another was asked for meanwhile
      drawn = tab.id + now;
      if (answer.status === 200) shown.innerHTML = await answer.text();
      const faulty = answer.status !== 200;
      document.getElementById("preview-old").hidden = !faulty || !shown.firstChild;
      document.getElementById("preview-none").hidden = !faulty || Boolean(shown.firstChild);
    } catch {
      // the line is lost; saving says so
    }
  }

  for (const [at, tab] of tabs.entries()) {
    tab.addEventListener("click", () => choose(tab));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = tabs[(at + step + tabs.length) % tabs.length];
      next.focus();
      choose(next);
    });
  }

  restore();
  examine();
})();
