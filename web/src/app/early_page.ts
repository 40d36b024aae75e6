// Imported before all else: the page's code comes over the wire while the rest is made ready.
import { PAGES, pageAt } from './pages';

const page = location.pathname === '/' ? PAGES[0] : pageAt(location.pathname);
// One that does not come is said where the page is shown.
page?.load().catch(() => undefined);
