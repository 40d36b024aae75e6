import './app/early_page';
import './styles/tokens.css';
import './styles/base.css';
import './app/theme';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { eventStream } from './api/event_stream';
import { App } from './app/App';
import { watchSession } from './app/session';

eventStream.watchPage();
watchSession();
const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
