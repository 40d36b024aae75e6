import { useEffect, useState } from 'react';
import { getServerInfo } from '../api/system';
import { Icon } from '../components/Icon';
import styles from './ConnectionBanner.module.css';

// Whoever reaches a server that was started with --insecure may do everything there.
export function InsecureBanner() {
  const [insecure, setInsecure] = useState(false);
  useEffect(() => {
    const ended = new AbortController();
    getServerInfo(ended.signal)
      .then((info) => setInsecure(info.insecure))
      .catch(() => undefined);
    return () => ended.abort();
  }, []);
  if (!insecure) return null;
  return (
    <div role="note" className={styles.banner}>
      <Icon name="warning" />
      <span>
        This server is open to other machines without a token (--insecure): whoever reaches it may
        run programs on it.
      </span>
    </div>
  );
}
