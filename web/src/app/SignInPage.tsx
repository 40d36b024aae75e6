import { useState } from 'react';
import { ApiError } from '../api/client';
import { Button } from '../components/Button';
import { Field, TextInput } from '../components/Field';
import { Card, Page } from '../components/Page';
import { signIn } from './session';
import styles from './SignInPage.module.css';

// Shown in place of every page while the server wants its token.
export function SignInPage() {
  const [token, setToken] = useState('');
  const [fault, setFault] = useState<string>();
  const [busy, setBusy] = useState(false);
  const submit = async () => {
    setBusy(true);
    setFault(undefined);
    try {
      await signIn(token.trim());
    } catch (error) {
      const refused = error instanceof ApiError && error.status === 401;
      if (refused) setFault('That is not this server’s token.');
      else setFault(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  };
  return (
    <Page title="Sign in">
      <Card>
        <form
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault();
            void submit();
          }}
        >
          <p>This server wants a token: the text in the file that it was started with.</p>
          <Field label="Token" faults={fault ? [fault] : []}>
            {(ids) => (
              <TextInput
                {...ids}
                type="password"
                autoFocus
                autoComplete="current-password"
                value={token}
                onChange={setToken}
              />
            )}
          </Field>
          <Button kind="primary" type="submit" busy={busy} disabled={token.trim() === ''}>
            Sign in
          </Button>
        </form>
      </Card>
    </Page>
  );
}
