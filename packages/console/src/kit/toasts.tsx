import { Toast } from "@base-ui/react/toast";
import { Icon } from "./icon.tsx";

/** Where the messages of {@link useNotify} appear. */
export function Toasts() {
  const { toasts } = Toast.useToastManager();
  return (
    <Toast.Portal>
      <Toast.Viewport className="toasts">
        {toasts.map((toast) => (
          <Toast.Root key={toast.id} toast={toast} className={`toast toast-${toast.type ?? "good"}`}>
            <Toast.Content className="toast-content">
              <Icon name={toast.type === "bad" ? "bad" : "good"} />
              <Toast.Description className="toast-text" />
              <Toast.Close className="icon-button" aria-label="Close the message">
                <Icon name="close" />
              </Toast.Close>
            </Toast.Content>
          </Toast.Root>
        ))}
      </Toast.Viewport>
    </Toast.Portal>
  );
}
