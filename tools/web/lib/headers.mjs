// Header snippets for common servers: what is named by its content is cached for ever, the rest is asked for anew.

const FOREVER = 'public, max-age=31536000, immutable';
// What Assets puts before a file's extension.
const HASHED = String.raw`\.[0-9a-f]{16}\.\w+$`;

/** @returns {Record<string, string>} file name to content. */
export function headerSnippets() {
  return {
    'Caddyfile': `# Inside a site block, with the bundle as its root.
@hashed path_regexp ${HASHED}
@named not path_regexp ${HASHED}
header @hashed Cache-Control "${FOREVER}"
header @named Cache-Control no-cache
file_server {
	precompressed br gzip
}
`,
    '_headers': `# Netlify and Cloudflare Pages have what is not listed here asked for anew. Their patterns know no hashes, so the folders
# where every name has one stand for them; a second pattern for the same file would add its value to the first one's.
/models/*
  Cache-Control: ${FOREVER}
/assets/*
  Cache-Control: ${FOREVER}
`,
    'htaccess': `# Apache, as .htaccess in the bundle's folder.
Header set Cache-Control "no-cache"
<FilesMatch "${HASHED}">
  Header set Cache-Control "${FOREVER}"
</FilesMatch>
AddType application/wasm .wasm
AddType text/javascript .mjs
`,
    'nginx.conf': `# Inside a server block, with the bundle as its root.
gzip_static on;
# brotli_static on;  # with the module ngx_brotli
location / { add_header Cache-Control "no-cache"; }
# The first pattern that matches counts; the types of modules are given here, as older lists of nginx lack them.
location ~ "\\.[0-9a-f]{16}\\.mjs$" {
  types { text/javascript mjs; }
  add_header Cache-Control "${FOREVER}";
}
location ~ "${HASHED}" { add_header Cache-Control "${FOREVER}"; }
location ~ "\\.mjs$" {
  types { text/javascript mjs; }
  add_header Cache-Control "no-cache";
}
`,
  };
}
