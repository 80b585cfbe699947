// The language of guidelines in the editor: its colours, and the names that may stand where one is.
"use strict";

const guideline = (() => {
  const { StreamLanguage, HighlightStyle, tags, syntaxHighlighting } = CodeMirror;
  const FENCE = /^\s*(`{3,}|~{3,})\s*(\S*)\s*(\S*)/;
  const KEY = /^(\s*(?:- )?)([\wåäöÅÄÖ-]+)(?=:)/;

  const language = StreamLanguage.define({
    name: "guideline",
    startState: () => ({ front: false, fence: "", line: 0 }),
    token(stream, state) {
      if (stream.sol()) {
        state.line += 1;
        if (stream.match(/^---\s*$/)) {
          state.front = state.line === 1;
          return "meta";
        }
        const fence = stream.match(FENCE, false);
        if (fence) {
          stream.skipToEnd();
          state.fence = state.fence ? "" : fence[1];
          return "meta";
        }
        if (!state.fence && !state.front && stream.match(/^#{1,6} .*/)) return "heading";
      }
      if (state.fence || state.front) {
        const key = stream.sol() || stream.string.slice(0, stream.pos).trim() === "" ? stream.match(KEY) : null;
        if (key) return "keyword";
        if (stream.match(/^#.*/)) return "comment";
        if (stream.match(/^[A-Za-zåäöÅÄÖ][\wåäöÅÄÖ-]*(?=: )/)) return "keyword";
        if (stream.match(/^[[\]{},:]/)) return "punctuation";
        if (stream.match(/^\d+(?:[-.:]\d+)*/)) return "number";
        stream.match(/^[A-Za-zåäöÅÄÖ][\wåäöÅÄÖ§.-]*/) || stream.next();
        return null;
      }
      stream.skipToEnd();
      return null;
    },
    blankLine(state) {
      state.line += 1;
    },
    copyState: (state) => ({ ...state }),
  });

  const colours = HighlightStyle.define([
    { tag: tags.heading, class: "cm-word-heading" },
    { tag: tags.meta, class: "cm-word-fence" },
    { tag: tags.keyword, class: "cm-word-key" },
    { tag: tags.comment, class: "cm-word-comment" },
    { tag: tags.number, class: "cm-word-number" },
    { tag: tags.punctuation, class: "cm-word-mark" },
  ]);

  // Which names may stand after a key.
  const NAMED = {
    när: ["handling"], ska: ["handling"], kräver: ["handling"], handling: ["handling"],
    spärrar: ["handling"], öppnar: ["handling"], upphäver: ["handling"], avslutar: ["handling"],
    vem: ["part"], till: ["part"], ansvarar: ["part"], från: ["läge", "handling"],
    om: ["fält"], räknas: ["tidsräkning"], senast: ["fält"],
  };
  const KIND_OF_BLOCK = { utökning: "handling", skärpning: "regel" };
  const SPANS = ["24 timmar", "1 arbetsdag", "3 dagar", "3 arbetsdagar", "4 arbetstimmar", "före "];
  const UNITS = ["timmar", "arbetstimmar", "dagar", "arbetsdagar", "kalenderdagar"];

  // In which block the position is: its kind, or "inledning", or "" in prose.
  function block(state, number) {
    for (let at = number - 1; at >= 1; at--) {
      const text = state.doc.line(at).text;
      const fence = FENCE.exec(text);
      if (fence) return fence[2];
      if (text === "---") return at === 1 ? "inledning" : "";
      if (/^#{1,6} /.test(text)) return "";
    }
    return "";
  }

  function completions(keywords, names) {
    const listed = (type, words, after = "") => words.map((label) => ({ label, type, apply: label + after }));
    return async (context) => {
      const known = await names();
      const line = context.state.doc.lineAt(context.pos);
      const before = line.text.slice(0, context.pos - line.from);
      const word = /[\wåäöÅÄÖ-]*$/.exec(before)[0];
      const from = context.pos - word.length;
      const give = (options) => (options.length ? { from, options, validFor: /^[\wåäöÅÄÖ-]*$/ } : null);
      const fence = /^\s*```(\S*)(\s+)?/.exec(before);
      if (fence && !fence[2]) return give(listed("keyword", keywords.block, " "));
      if (fence) return give(listed("name", known[KIND_OF_BLOCK[fence[1]]] ?? []));
      const kind = block(context.state, line.number);
      if (!kind || !(kind in keywords)) return null;
      const key = /([\wåäöÅÄÖ-]+):\s*[^:]*$/.exec(before);
      const explicit = context.explicit || word;
      if (!explicit) return null;
      if (!key) {
        const indented = /^\s+/.test(before);
        const words = indented ? (kind === "handling" || kind === "utökning" ? keywords["fält"] : known["fält"]) : keywords[kind];
        return give(listed("keyword", words ?? [], ": "));
      }
      const found = (NAMED[key[1]] ?? []).flatMap((one) => known[one] ?? []);
      const timed = ["senast", "kvittens"].includes(key[1]);
      if (timed && /\d\s+[\wåäöÅÄÖ]*$/.test(before)) return give(listed("span", UNITS));
      return give([...listed("span", timed ? SPANS : []), ...listed("name", found)]);
    };
  }

  // What the document's editor and the small ones of the examples have in common.
  function common(nonce, label) {
    const { EditorView, EditorState, keymap, history, historyKeymap, defaultKeymap, drawSelection } = CodeMirror;
    return [
      EditorView.cspNonce.of(nonce),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ "aria-label": label, lang: "sv", spellcheck: "true", tabindex: "0" }),
      history(),
      drawSelection(),
      language,
      syntaxHighlighting(colours),
      keymap.of([...historyKeymap, ...defaultKeymap]),
      EditorState.phrases.of({
        Find: "Sök", Replace: "Ersätt med", next: "nästa", previous: "föregående", all: "alla",
        "match case": "skilj på stora och små", regexp: "mönster", "by word": "hela ord",
        replace: "ersätt", "replace all": "ersätt alla", close: "stäng", Diagnostics: "Anmärkningar",
        "No diagnostics": "Inga anmärkningar", "current match": "träff", "on line": "på rad",
        "replaced match on line $": "ersatt på rad $", "replaced $ matches": "$ ersatta", Completions: "Förslag",
      }),
    ];
  }

  return { common, completions };
})();
