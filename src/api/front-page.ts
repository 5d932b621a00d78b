/** What runs where, in plain words, until there are pages. */
export function frontPage(version: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Stafett</title>
<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem}code{background:#eee;padding:0 .2em}</style>
<h1>Stafett ${version}</h1>
<p>A medication integration hub: what every actor around a patient sends, mapped onto FHIR R4, given back as one shared medication list.</p>
<ul>
<li><a href="/fhir/metadata?_pretty=true"><code>/fhir</code></a>: the FHIR R4 API; <code>GET /fhir/Patient/{id}/$medication-list</code> is the shared list</li>
<li><code>POST /intake/hl7v2</code>, <code>/intake/eresept</code>, <code>/intake/devices/{vendor}</code>: messages in</li>
<li><a href="/ops/messages"><code>/ops/messages</code></a>, <a href="/ops/sources"><code>/ops/sources</code></a>: what became of them, and who has spoken</li>
<li><a href="/health/ready"><code>/health/ready</code></a>, <a href="/metrics"><code>/metrics</code></a>: state and numbers</li>
</ul>
</html>
`
}
