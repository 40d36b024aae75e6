import { Component, type ReactNode } from 'react';
import { Button } from '../components/Button';
import { EmptyState } from '../components/States';

interface Props {
  resetKey: string; // another page clears the fault
  children: ReactNode;
}

// A fault of one page leaves the frame usable. A page's script that cannot be loaded ends here too:
// after an update of the server the old names are gone, and only loading anew helps.
export class ErrorBoundary extends Component<Props, { error: Error | undefined }> {
  override state = { error: undefined as Error | undefined };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override componentDidUpdate(previous: Props) {
    if (this.state.error && previous.resetKey !== this.props.resetKey) {
      this.setState({ error: undefined });
    }
  }

  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <main id="content">
        <EmptyState
          icon="warning"
          title="This page has failed."
          action={
            <Button icon="refresh" onClick={() => window.location.reload()}>
              Load it again
            </Button>
          }
        >
          <code>{error.message}</code>
        </EmptyState>
      </main>
    );
  }
}
