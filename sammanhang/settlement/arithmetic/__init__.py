"""The arithmetic of payment liability. PURE: from stays and an agreement's rules to statements."""
