// The one place where HTML of a lesson enters the page: the server has made it of Markdown and sanitised it.
interface Props {
  html: string;
  class?: string;
}

export function Cleaned({ html, class: name = "" }: Props) {
  return <div class={name} dangerouslySetInnerHTML={{ __html: html }} />;
}
