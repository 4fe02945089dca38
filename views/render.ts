import { h, type VNode } from 'preact'
import { render } from 'preact-render-to-string'
import { Page, type PageContext } from './page-context'

/** A whole document: the page inside its context, with the doctype that preact leaves out. */
export const renderPage = (context: PageContext, page: VNode): string =>
  `<!doctype html>${render(h(Page.Provider, { value: context }, page))}`
