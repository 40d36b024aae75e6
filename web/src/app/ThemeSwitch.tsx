import { Button } from '../components/Button';
import type { IconName } from '../components/Icon';
import { setThemeChoice, useThemeChoice, type ThemeChoice } from './theme';

const NEXT: Record<ThemeChoice, ThemeChoice> = { system: 'light', light: 'dark', dark: 'system' };
const ICONS: Record<ThemeChoice, IconName> = { system: 'system', light: 'sun', dark: 'moon' };

export function ThemeSwitch() {
  const choice = useThemeChoice();
  return (
    <Button
      kind="quiet"
      icon={ICONS[choice]}
      aria-label={`Colours: ${choice === 'system' ? 'as the system' : choice}`}
      onClick={() => setThemeChoice(NEXT[choice])}
    />
  );
}
