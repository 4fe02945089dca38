import { type ComponentChild, h } from 'preact'
import { render } from 'preact-render-to-string'
import { Page, type PageContext } from './page-context'

/** A whole document: the page inside its context, with the doctype that preact leaves out. */
export const renderPage = (context: PageContext, page: ComponentChild): string =>
  `<!doctype html>${render(h(Page.Provider, { value: context }, page))}`

/** A part of a page, for one that is open already. */
export const renderFragment = (context: PageContext, part: ComponentChild): string => render(h(Page.Provider, { value: context }, part))
