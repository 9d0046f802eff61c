#!/usr/bin/env bash
# report.html in headless Chromium, at the width of a telephone and of a desk: no console message, no request, every figure drawn,
# nothing wider than the page.   usage: test_report.sh PROGRAM
set -u
program=$(readlink -f "$1")
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || { echo "chromium is not installed: skipped"; exit 77; }
command -v gnuplot >/dev/null || { echo "gnuplot is not installed: skipped"; exit 77; }
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
failures=0
fail() { echo "FAILED: $*"; failures=$((failures + 1)); }

# check FOLDER WIDTH
check() {
  local page="$work/$1/report.html" width=$2
  [ -s "$page" ] || { fail "$1: no report.html"; return; }
  grep -qE '(src|href)="(https?:)?//|@import|<script|url\(' "$page" && fail "$1: the page asks for something outside itself"
  local wanted; wanted=$(grep -o '<figure' "$page" | wc -l)
  cat >"$work/frame.html" <<HTML
<!DOCTYPE html><html><body><iframe id="f" style="width:${width}px;height:800px;border:0" src="$1/report.html"></iframe><pre id="out">pending</pre>
<script>
const f = document.getElementById('f');
f.onload = () => {
  const d = f.contentDocument, w = f.contentWindow;
  const drawn = [...d.querySelectorAll('figure > svg, figure > img')].filter(e => {
    const b = e.getBoundingClientRect();
    return b.width > 50 && b.height > 20 && (e.tagName !== 'IMG' || e.naturalWidth > 0);
  });
  document.getElementById('out').textContent = ['width=' + d.documentElement.scrollWidth, 'drawn=' + drawn.length,
    'requests=' + w.performance.getEntriesByType('resource').filter(e => !e.name.startsWith('data:')).length,
    'ids=' + ([...d.querySelectorAll('[id]')].length - new Set([...d.querySelectorAll('[id]')].map(e => e.id)).size),
    'background=' + w.getComputedStyle(d.body).backgroundColor].join(' ');
};
</script></body></html>
HTML
  local out
  out=$(timeout 120 "$browser" --headless --no-sandbox --disable-gpu --allow-file-access-from-files --enable-logging=stderr --virtual-time-budget=5000 \
        --dump-dom "file://$work/frame.html" 2>"$work/log" | grep -o '<pre id="out">[^<]*' | sed 's/.*>//')
  case $out in
    "" | pending) fail "$1 at $width: the browser gave no answer ($(tail -n 2 "$work/log"))"; return ;;
  esac
  [ "$(echo "$out" | grep -o 'width=[0-9]*' | cut -d= -f2)" -le "$width" ] || fail "$1: wider than $width pixels: $out"
  echo "$out" | grep -q "drawn=$wanted " || fail "$1 at $width: $wanted figures wanted: $out"
  echo "$out" | grep -q "requests=0" || fail "$1: requests: $out"
  echo "$out" | grep -q "ids=0" || fail "$1: the same id twice: $out"
  grep -q 'CONSOLE' "$work/log" && fail "$1: $(grep -m 3 CONSOLE "$work/log")"
  echo "$1 at $width: $out"
}

"$program" kde theory --alpha 0.3 -o kde >/dev/null || fail "kde theory"
"$program" survey gen:two-phase,n=400,L=16 --quick -o images >/dev/null || fail "survey of images"
"$program" survey gen:gaussian-mixture,d=16,n=400 --quick -o mixture >/dev/null || fail "survey of points"
for folder in kde images mixture; do check "$folder" 390; done
check images 1200
grep -q 'data:image/png;base64' images/report.html || fail "images: no sample sheet"
[ $failures -eq 0 ] && echo "report: all passed"
exit $((failures > 0))
