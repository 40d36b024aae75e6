export default function ArchitectureTab() {
  return null;
}
