/** Local time as the original writes it, with milliseconds: `2026-11-25T14:02:11.123`. */
export function localTimeText(wallMs: number): string {
  const at = new Date(wallMs)
  const two = (value: number): string => String(value).padStart(2, '0')
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
  return `${date}T${time}.${String(at.getMilliseconds()).padStart(3, '0')}`
}
