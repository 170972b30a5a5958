import { Toast } from "@base-ui/react/toast";

export interface Notify {
  good(sentence: string): void;
  /** Stays until it is closed. */
  bad(sentence: string): void;
}

/** Short messages in the corner, read out by screen readers. */
export function useNotify(): Notify {
  const toasts = Toast.useToastManager();
  return {
    good: (sentence) => void toasts.add({ description: sentence, type: "good", timeout: 6_000 }),
    bad: (sentence) => void toasts.add({ description: sentence, type: "bad", timeout: 0, priority: "high" }),
  };
}
