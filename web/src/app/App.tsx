import { Layout } from './Layout';
import { Routes } from './routes';
import { Toasts } from './toasts';

export function App() {
  return (
    <>
      <Layout>
        <Routes />
      </Layout>
      <Toasts />
    </>
  );
}
