// Header snippets for common servers: what is named by its content is cached for ever, the rest is asked for anew.

const FOREVER = 'public, max-age=31536000, immutable';
// What Assets puts before a file's extension.
const HASHED = String.raw`\.[0-9a-f]{16}\.\w+$`;

/** @returns {Record<string, string>} file name to content. */
export function headerSnippets() {
  return {
    'Caddyfile': `# Inside a site block, with the bundle as its root.
@hashed path_regexp ${HASHED}
header Cache-Control no-cache
header @hashed Cache-Control "${FOREVER}"
file_server {
	precompressed br gzip
}
`,
    '_headers': `# Netlify and Cloudflare Pages: patterns of theirs know no hashes, so folders stand for them.
/*
  Cache-Control: no-cache
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
`,
    'nginx.conf': `# Inside a server block, with the bundle as its root.
gzip_static on;
# brotli_static on;  # with the module ngx_brotli
types { application/wasm wasm; }
location / { add_header Cache-Control "no-cache"; }
location ~ "${HASHED}" { add_header Cache-Control "${FOREVER}"; }
`,
  };
}
