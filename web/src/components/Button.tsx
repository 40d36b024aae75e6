import type { ButtonHTMLAttributes } from 'react';
import { Link } from 'wouter';
import { Icon, type IconName } from './Icon';
import styles from './Button.module.css';

interface Look {
  kind?: 'plain' | 'primary' | 'danger' | 'quiet';
  icon?: IconName;
  small?: boolean;
}

export type ButtonProps = Look &
  ButtonHTMLAttributes<HTMLButtonElement> & {
    busy?: boolean; // an action is under way: shown, and not pressed twice
  };

function classes({ kind = 'plain', small }: Look, extra?: string, iconOnly?: boolean): string {
  return [styles.button, styles[kind], small && styles.small, iconOnly && styles.iconOnly, extra]
    .filter(Boolean)
    .join(' ');
}

// With an icon and no children, give it an aria-label.
export function Button({
  kind,
  icon,
  small,
  busy,
  className,
  children,
  disabled,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      className={classes({ kind, small }, className, children == null)}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      title={children == null ? rest['aria-label'] : undefined}
      {...rest}
    >
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

export function ButtonLink({
  kind,
  icon,
  small,
  href,
  children,
}: Look & { href: string; children: React.ReactNode }) {
  return (
    <Link href={href} className={classes({ kind, small })}>
      {icon && <Icon name={icon} />}
      {children}
    </Link>
  );
}

export function DownloadLink({
  href,
  children,
  small,
}: {
  href: string;
  children: React.ReactNode;
  small?: boolean;
}) {
  return (
    <a href={href} download className={classes({ small })}>
      <Icon name="download" />
      {children}
    </a>
  );
}
