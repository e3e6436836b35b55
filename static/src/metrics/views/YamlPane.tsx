// The editor of one text, as a component.
import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { DiagnosticView } from "../../schemas.ts";
import { yamlEditor } from "../editor.ts";
import { given } from "../state.ts";

export interface YamlProps {
  label: string;
  /** Read inside effects: the text, what is wrong with it, and the lines that are lit. */
  text: () => string;
  problems: () => readonly DiagnosticView[];
  lines: () => ReadonlySet<number>;
  changed: (text: string) => void;
  over: (line: number | null) => void;
}

export function YamlPane(props: YamlProps) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (host.current === null) return;
    const { label, changed, over } = props;
    const editor = yamlEditor(host.current, { label, text: props.text(), changed, over });
    const ends = [
      effect(() => {
        void given.value;
        editor.setText(props.text());
      }),
      effect(() => editor.setProblems(props.problems())),
      effect(() => editor.setLines(props.lines())),
    ];
    return () => {
      for (const end of ends) end();
      editor.close();
    };
  }, []);
  return <div class="yed" ref={host} />;
}
