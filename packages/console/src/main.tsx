import { ApiError } from "@certmill/api";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "./design/tokens.css";
import "./design/base.css";
import "./design/layout.css";
import "./design/control.css";
import "./design/panel.css";
import "./design/table.css";
import "./design/overlay.css";
import "./design/search.css";
import "./design/chart.css";
import "./design/sign-in.css";
import "./design/domain.css";
import "./design/overview.css";
import { createConsoleRouter } from "./router.tsx";
import { onSignedOut } from "./server/client.ts";
import { applyTheme } from "./shell/theme.ts";

applyTheme();

/** News come by the stream, so nothing is asked for again by the clock; a refusal is not asked for again either. */
const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      retry: (failures, error) => !(error instanceof ApiError) && failures < 2,
    },
  },
});
const router = createConsoleRouter(queries);
onSignedOut(() => {
  const { pathname, href } = router.state.location;
  if (pathname === "/sign-in") return;
  void router.navigate({ to: "/sign-in", search: { back: href } });
});

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
