// SPDX-License-Identifier: Apache-2.0

// The pages are the repository's own Markdown files, which docs/site.sh copies; what they link to outside of these
// pages is shown on the repository's host.
import fs from 'node:fs'
import path from 'node:path'
import { defineConfig } from 'vitepress'

const repository = process.env.SITE_REPOSITORY // the checkout
const pages = process.cwd() // the copies
const version = process.env.SITE_VERSION
const host = 'https://github.com/initium/initium'
const revision = version.endsWith('-SNAPSHOT') ? 'main' : `v${version}`

const groups = {
  'Using it': ['README', 'docs/recipes', 'docs/reports', 'docs/initializers', 'docs/java', 'docs/engines', 'docs/torch-numbers',
    'docs/cluster'],
  'Running it': ['docs/settings', 'docs/security', 'docs/hardware', 'docs/stability', 'CHANGELOG'],
  'Inside': ['docs/ARCHITECTURE', 'docs/kernels', 'CONTRIBUTING', 'docs/releasing'],
}

function page(name) {
  const title = /^# (.*)$/m.exec(fs.readFileSync(path.join(pages, `${name}.md`), 'utf8'))[1]
  return { text: title.replaceAll('`', ''), link: name === 'README' ? '/' : `/${name}` }
}

function folder(name, text) {
  const files = fs.readdirSync(path.join(pages, name)).filter((file) => /^\d.*\.md$/.test(file)).sort()
  return { text, link: `/${name}/README`, collapsed: true, items: files.map((f) => page(`${name}/${path.parse(f).name}`)) }
}

function everyPageHasAPlace() {
  const listed = new Set(Object.values(groups).flat())
  for (const file of fs.readdirSync(path.join(pages, 'docs'))) {
    const name = `docs/${path.parse(file).name}`
    if (file.endsWith('.md') && !listed.has(name)) {
      throw new Error(`${name}.md is in no group of docs/site/config.mjs`)
    }
  }
}

// A link out of the pages becomes one to the host; one to nothing ends the build, as VitePress's own do.
function outward(markdown) {
  const open = markdown.renderer.rules.link_open
  markdown.renderer.rules.link_open = (tokens, at, options, env, self) => {
    const href = tokens[at].attrGet('href')
    if (href && !/^([a-z]+:|#|\/)/.test(href)) {
      const target = path.posix.join(path.posix.dirname(env.relativePath === 'index.md' ? 'README.md' : env.relativePath),
        href.replace(/#.*/, ''))
      if (!fs.existsSync(path.join(pages, target)) || fs.statSync(path.join(pages, target)).isDirectory()) {
        const file = path.join(repository, target)
        if (!fs.existsSync(file)) {
          throw new Error(`${env.relativePath}: there is no ${href}`)
        }
        const kind = fs.statSync(file).isDirectory() ? 'tree' : 'blob'
        tokens[at].attrSet('href', `${host}/${kind}/${revision}/${target}`)
      }
    }
    return open(tokens, at, options, env, self)
  }
}

// What is indented is code as what is fenced is.
function indented(markdown) {
  markdown.renderer.rules.code_block = (tokens, at, ...others) => {
    tokens[at].info = ''
    return markdown.renderer.rules.fence(tokens, at, ...others)
  }
}

// Lines of code have up to 120 columns.
const wide = `.VPDoc.has-aside .content-container { max-width: 900px !important }
  .vp-doc div[class*=language-] code { padding: 0 16px; font-size: 13px }`

everyPageHasAPlace()

export default defineConfig({
  title: 'Initium',
  description: 'Initial weights of neural networks for the JVM',
  lang: 'en',
  outDir: process.env.SITE_OUT,
  base: `/${version}/`,
  head: [['style', {}, wide]],
  srcExclude: ['public/**'],
  rewrites: { 'README.md': 'index.md' },
  markdown: {
    config(markdown) {
      outward(markdown)
      indented(markdown)
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Java', link: `/api/index.html`, target: '_self' },
      { text: version, items: [{ text: 'All versions', link: '/versions.html', target: '_self' }] },
    ],
    sidebar: [
      ...Object.entries(groups).map(([text, names]) => ({ text, items: names.map(page) })),
      { text: 'Why', items: [folder('docs/decisions', 'Decisions')] },
    ],
    socialLinks: [{ icon: 'github', link: host }],
  },
})
